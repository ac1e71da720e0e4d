package dev.millrace.cli.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where each response ends, wherever the network has cut. */
class ResponseScannerTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String CHUNKS =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
                    + "5\r\nhello\r\n0A;x=y\r\n0123456789\r\n0\r\nTrailer: z\r\n\r\n";

    /** What is told for bytes that come in pieces of a length. */
    private static List<String> told(boolean isBodiless, int piece, String text)
            throws BrokenResponseException {
        List<String> told = new ArrayList<>();
        ResponseScanner scanner =
                new ResponseScanner(
                        isBodiless,
                        (status, isLast) -> {
                            told.add(status + (isLast ? " last" : ""));
                            return !isLast;
                        });
        byte[] bytes = ("##" + text).getBytes(ISO_8859_1);
        for (int at = 2; at < bytes.length; at += piece) {
            scanner.scan(bytes, at, Math.min(bytes.length, at + piece));
        }
        told.add(scanner.isInside() ? "inside" : "between");
        if (scanner.end()) {
            told.add("ended");
        }
        return told;
    }

    private static void expect(String text, String... wanted) throws BrokenResponseException {
        for (int piece = 1; piece <= text.length(); piece++) {
            assertThat(told(false, piece, text))
                    .as("in pieces of %s", piece)
                    .containsExactly(wanted);
        }
    }

    @Test
    void bodiesHaveALength() throws BrokenResponseException {
        expect(OK, "200", "between");
        expect(OK + OK + OK, "200", "200", "200", "between");
        expect(
                OK + "HTTP/1.1 404 \r\ncontent-length:0\r\n\r\n" + OK,
                "200",
                "404",
                "200",
                "between");
        expect(OK.substring(0, OK.length() - 1), "inside");
        expect(OK + "HTTP", "200", "inside");
    }

    @Test
    void bodiesComeInChunks() throws BrokenResponseException {
        expect(CHUNKS + CHUNKS + OK, "200", "200", "200", "between");
        expect(CHUNKS.substring(0, CHUNKS.length() - 1), "inside");
    }

    @Test
    void someHaveNoBodyWhateverTheirFieldsSay() throws BrokenResponseException {
        expect("HTTP/1.1 204 No\r\n\r\n" + OK, "204", "200", "between");
        expect("HTTP/1.1 304 No\r\nContent-Length: 7\r\n\r\n" + OK, "304", "200", "between");
        String head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
        assertThat(told(true, 7, head + head)).containsExactly("200", "200", "between");
    }

    @Test
    void interimResponsesArePassedOver() throws BrokenResponseException {
        expect(
                "HTTP/1.1 100 Continue\r\n\r\n" + OK + "HTTP/1.1 103 E\r\nA: b\r\n\r\n" + OK,
                "200",
                "200",
                "between");
    }

    @Test
    void someEndTheConnection() throws BrokenResponseException {
        String close = "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n";
        expect(OK + close, "200", "200 last", "between");
        expect("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "200 last", "between");
        expect(
                "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
                "200",
                "between");
        expect("HTTP/1.1 200 OK\r\n\r\nto the end", "inside", "200 last", "ended");
    }

    @Test
    void nothingIsReadBehindALastOne() throws BrokenResponseException {
        String close = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        assertThat(told(false, 1000, close + close)).containsExactly("200 last", "between");
    }

    /** The same head is recognised; one that differs in a digit is another. */
    @Test
    void aHeadThatIsNearlyTheLastOneIsReadAnew() throws BrokenResponseException {
        String six = OK.replace("5", "6") + "!";
        expect(OK + OK + six + six + OK, "200", "200", "200", "200", "200", "between");
        String gone = OK.replace("200", "410");
        expect(OK + gone + OK, "200", "410", "200", "between");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.2 200 OK\r\n\r\n",
                "HTTP/1.1 99 OK\r\n\r\n",
                "HTTP/1.1 600 OK\r\n\r\n",
                "HTTP/1.1 2000\r\n\r\n",
                "HTTP/1.1\t200 OK\r\n\r\n",
                "HTTP/1.1 101 Switching\r\n\r\n",
                "hello\r\n\r\n",
                "\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA b\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
                "HTTP/1.1 200 OK\r\n A: b\r\n\r\n",
                "HTTP/1.1 200 OK\nA: b\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA: b\u0000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
            })
    void aHeadThatIsNoneIsRefused(String head) {
        for (int piece = 1; piece <= head.length(); piece++) {
            int length = piece;
            assertThatExceptionOfType(BrokenResponseException.class)
                    .as("in pieces of %s", piece)
                    .isThrownBy(() -> told(false, length, head));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "x\r\n",
                "5 \r\nhello",
                "5\nhello",
                "5\r\nhello!\r\n",
                "5\r\nhello\n",
                "5;a\n",
                "-5\r\n",
                "1234567890123456\r\n",
                "0\r\n\rx",
                "0\r\nA\n"
            })
    void aChunkThatIsNoneIsRefused(String chunk) {
        String text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk;
        assertThatExceptionOfType(BrokenResponseException.class)
                .isThrownBy(() -> told(false, 1000, text));
        assertThatExceptionOfType(BrokenResponseException.class)
                .isThrownBy(() -> told(false, 1, text));
    }

    @Test
    void whatNeverEndsIsRefused() {
        String head = "HTTP/1.1 200 OK\r\nA: " + "x".repeat(64 * 1024);
        assertThatExceptionOfType(BrokenResponseException.class)
                .isThrownBy(() -> told(false, 1000, head))
                .withMessageContaining("64 KiB");
        String chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;";
        assertThatExceptionOfType(BrokenResponseException.class)
                .isThrownBy(() -> told(false, 1000, chunk + "x".repeat(64 * 1024 + 1)));
    }

    @Test
    void aNewConnectionBeginsWithAHead() throws BrokenResponseException {
        List<Integer> told = new ArrayList<>();
        ResponseScanner scanner = new ResponseScanner(false, (status, isLast) -> told.add(status));
        byte[] cut = OK.substring(0, OK.length() - 2).getBytes(ISO_8859_1);
        byte[] begun = OK.substring(0, 9).getBytes(ISO_8859_1);
        byte[] whole = OK.getBytes(ISO_8859_1);
        scanner.scan(cut, 0, cut.length);
        scanner.reset();
        scanner.scan(begun, 0, begun.length);
        scanner.reset();
        scanner.scan(whole, 0, whole.length);
        assertThat(told).containsExactly(200);
    }
}
