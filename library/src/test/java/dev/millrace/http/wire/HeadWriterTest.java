package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/** Heads of both directions, byte for byte. */
class HeadWriterTest {
    private final HeadWriter writer = new HeadWriter();

    @Test
    void aRequestBeginsWithItsLine() {
        FieldsToSend fields = new FieldsToSend();
        fields.set("Host", "a");
        writer.begin(new RequestLine("PUT", "/x?y"), fields);
        writer.chunked();
        writer.end();
        assertThat(written())
                .isEqualTo("PUT /x?y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    @Test
    void aResponseBeginsWithItsLineAndMayEndWithABody() {
        FieldsToSend fields = new FieldsToSend();
        fields.set("Content-Length", "7");
        fields.set("A", "b");
        writer.begin(StatusLine.of(404), fields);
        writer.contentLength(2);
        writer.end();
        writer.append(new byte[] {'h', 'i'});
        assertThat(written())
                .isEqualTo("HTTP/1.1 404 Not Found\r\nA: b\r\nContent-Length: 2\r\n\r\nhi");
    }

    @Test
    void theNextHeadStartsAnew() {
        writer.begin(StatusLine.of(200, "x".repeat(5000)), null);
        writer.begin(StatusLine.of(299), null);
        assertThat(written()).isEqualTo("HTTP/1.1 299 \r\n");
    }

    @Test
    void usualStatusLinesAreMadeOnce() {
        assertThat(StatusLine.of(204)).isSameAs(StatusLine.of(204));
        assertThat(StatusLine.of(299).reason()).isEmpty();
    }

    @Test
    void noPartOfARequestLineCanEndItEarly() {
        for (String method : new String[] {"", "G T", "GET\r\n", "G\u0100"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new RequestLine(method, "/"));
        }
        for (String target : new String[] {"", "/ x", "/\r\n", "/#f", "/\u0100"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new RequestLine("GET", target));
        }
    }

    private String written() {
        return new String(writer.array(), 0, writer.length(), ISO_8859_1);
    }

    @Test
    void aValueHoldsNoControlByteButATabAndNothingBeyondAByte() {
        FieldsToSend fields = new FieldsToSend();
        for (int c = 0; c <= 0x101; c++) {
            String value = "a" + (char) c;
            boolean isRefused = (c < ' ' && c != '\t') || c == 0x7f || c > 0xff;
            if (isRefused) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> fields.set("X", value))
                        .withMessageContaining("ERR_INVALID_CHAR");
            } else {
                fields.set("X", value);
                assertThat(fields.count()).isEqualTo(1);
                assertThat(fields.first("X")).contains(value);
            }
        }
    }

    @Test
    void aFieldThatIsRefusedLeavesTheOneBefore() {
        FieldsToSend fields = new FieldsToSend();
        fields.set("Content-Length", "5");
        assertThatIllegalArgumentException().isThrownBy(() -> fields.set("Content-Length", "x"));
        assertThat(fields.contentLength()).isEqualTo(5);
        assertThat(fields.count()).isEqualTo(1);
        assertThat(fields.first("Content-Length")).contains("5");
    }

    /** The name of a field has no case (RFC 9110 section 5.1). */
    @Test
    void whatWasRemovedInOneCaseMayBeSetInAnother() {
        FieldsToSend fields = new FieldsToSend();
        fields.remove("TRANSFER-ENCODING");
        assertThat(fields.isRemoved("transfer-encoding")).isTrue();
        assertThat(BodyFraming.sent(fields, -1, false)).isEqualTo(BodyFraming.CLOSE);
        fields.set("transfer-Encoding", "Chunked");
        assertThat(fields.isRemoved("transfer-encoding")).isFalse();
        assertThat(BodyFraming.sent(fields, -1, false)).isEqualTo(BodyFraming.CHUNKED);
        fields.remove("date");
        fields.add("Date", "today");
        assertThat(fields.isRemoved("date")).isFalse();
    }

    @Test
    void closeIsFoundAmongOtherOptions() {
        FieldsToSend fields = new FieldsToSend();
        fields.set("Connection", "upgrade");
        assertThat(fields.isClose()).isFalse();
        fields.add("connection", "x, Close");
        assertThat(fields.isClose()).isTrue();
        fields.remove("CONNECTION");
        assertThat(fields.isClose()).isFalse();
    }

    @Test
    void aFieldOfAnyLengthFits() {
        for (int length = 950; length < 1050; length++) {
            HeadWriter writer = new HeadWriter();
            FieldsToSend fields = new FieldsToSend();
            String value = "v".repeat(length);
            fields.set("X", value);
            writer.begin(StatusLine.of(200), fields);
            writer.end();
            assertThat(new String(writer.array(), 0, writer.length(), ISO_8859_1))
                    .isEqualTo("HTTP/1.1 200 OK\r\nX: " + value + "\r\n\r\n");
        }
    }
}
