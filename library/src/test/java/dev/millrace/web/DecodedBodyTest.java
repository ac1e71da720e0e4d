package dev.millrace.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies of requests whose coding is taken away, within limits. */
class DecodedBodyTest {
    private static final int MIB = 1 << 20;
    private static final DecodingLimits LIMITS = new DecodingLimits(MIB, 50, 2);

    private static final AtomicLong GIVEN = new AtomicLong();
    private static ServedSite site;

    @BeforeAll
    static void start() throws Exception {
        site = ServedSite.of(loop -> DecodedBodyTest::handle);
    }

    @AfterAll
    static void stop() throws Exception {
        site.close();
    }

    private static void handle(ServerRequest request, ServerResponse response) {
        switch (request.rawPath()) {
            case "/count" -> count(request, response);
            case "/echo" -> DecodedBody.of(request, response, LIMITS).pipelineTo(response);
            default -> whole(request, response);
        }
    }

    private static void whole(ServerRequest request, ServerResponse response) {
        // @start region="limits"
        DecodingLimits limits = DecodingLimits.DEFAULTS.withMaxBytes(1 << 20).withMaxRatio(50);
        DecodedBody.of(request, response, limits)
                .bytes()
                .thenAccept(bytes -> response.end("so many: " + bytes.length));
        // @end
    }

    private static void count(ServerRequest request, ServerResponse response) {
        GIVEN.set(0);
        // @start region="stream"
        DecodedBody body = DecodedBody.of(request, response, LIMITS);
        body.onData(bytes -> GIVEN.addAndGet(bytes.remaining()));
        body.onEnd(() -> response.end("whole"));
        body.onError(error -> {
            int status = error instanceof DecodingException own ? own.status() : 400;
            response.fail(status, error);
        });
        // @end
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static byte[] zlib(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream zlib = new DeflaterOutputStream(out)) {
            zlib.write(bytes);
        }
        return out.toByteArray();
    }

    /** Compressed to some 60 %: noise of letters. */
    private static byte[] letters(int count) {
        byte[] bytes = new byte[count];
        long state = 42;
        for (int at = 0; at < count; at++) {
            state = state * 6364136223846793005L + 1442695040888963407L;
            bytes[at] = (byte) ('a' + (state >>> 40) % 20);
        }
        return bytes;
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** The response to a body that is sent in pieces of {@code cut} bytes. */
    private static String post(String path, String coding, byte[] body, int cut)
            throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), site.port())) {
            socket.setSoTimeout(20_000);
            socket.setTcpNoDelay(true);
            String head =
                    "POST %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Encoding: %s\r\n"
                                    .formatted(path, coding)
                            + "Content-Length: "
                            + body.length
                            + "\r\n\r\n";
            OutputStream out = socket.getOutputStream();
            out.write(head.getBytes(ISO_8859_1));
            try {
                for (int at = 0; at < body.length; at += cut) {
                    out.write(body, at, Math.min(cut, body.length - at));
                }
            } catch (IOException refused) {
                // The response is there all the same.
            }
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), ISO_8859_1);
        }
    }

    private static int status(String response) {
        return Integer.parseInt(response.substring(9, 12));
    }

    @ParameterizedTest
    @CsvSource({"gzip,1", "gzip,100000", "x-gzip,7", "deflate,1", "deflate,100000", "identity,7"})
    void whatComesOutIsWhatWentIn(String coding, int cut) throws IOException {
        byte[] bytes = letters(3000);
        byte[] coded =
                switch (coding) {
                    case "deflate" -> zlib(bytes);
                    case "identity" -> bytes;
                    default -> gzip(bytes);
                };
        assertThat(post("/", coding, coded, cut)).endsWith("so many: 3000");
        byte[] echoed = ServedSite.ofChunks(body(post("/echo", coding, coded, cut)));
        assertThat(echoed).isEqualTo(bytes);
    }

    private static String body(String response) {
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }

    @Test
    void codingsAreTakenAwayFromTheLast() throws IOException {
        byte[] bytes = letters(5000);
        byte[] coded = gzip(zlib(bytes));
        assertThat(post("/", "deflate, gzip", coded, 1000)).endsWith("so many: 5000");
        assertThat(status(post("/", "gzip, deflate", coded, 1000))).isEqualTo(400);
        String third = post("/", "deflate, deflate, gzip", gzip(zlib(zlib(bytes))), 1000);
        assertThat(status(third)).isEqualTo(415);
        assertThat(third).contains("in 3 content codings");
    }

    @Test
    void aCodingThatIsNotKnownIsNamed() throws IOException {
        String response = post("/", "br", letters(10), 10);
        assertThat(status(response)).isEqualTo(415);
        assertThat(response).contains("Accept-Encoding: gzip, deflate\r\n", "\"br\"");
    }

    @Test
    void anEmptyBodyIsEmpty() throws IOException {
        assertThat(post("/", "gzip", new byte[0], 1)).endsWith("so many: 0");
        assertThat(post("/", "gzip", gzip(new byte[0]), 1)).endsWith("so many: 0");
    }

    @Test
    void membersOfGzipFollowEachOther() throws IOException {
        byte[] two = joined(gzip(letters(10)), gzip(new byte[0]), gzip(letters(20)));
        assertThat(post("/", "gzip", two, 1)).endsWith("so many: 30");
        assertThat(post("/", "gzip", two, 1000)).endsWith("so many: 30");
    }

    /** Row X56: no more comes out than is allowed, whatever stands behind it. */
    @Test
    @Tag("X56")
    void bytesAreCapped() throws IOException {
        for (int cut : new int[] {100, 10_000_000}) {
            assertThat(post("/", "gzip", gzip(letters(MIB)), cut)).endsWith("so many: " + MIB);
            assertThat(status(post("/", "gzip", gzip(letters(MIB + 1)), cut))).isEqualTo(413);
            assertThat(status(post("/count", "deflate", zlib(letters(2 * MIB)), cut)))
                    .isEqualTo(413);
            assertThat(GIVEN.get()).isEqualTo(MIB);
        }
        assertThat(status(post("/", "identity", letters(MIB + 1), MIB))).isEqualTo(413);
    }

    /** Row X56: 64 KiB are allowed to anything, and then the ratio counts. */
    @Test
    @Tag("X56")
    void theRatioIsCapped() throws IOException {
        byte[] zeros = new byte[900_000];
        for (int cut : new int[] {1, 10_000_000}) {
            assertThat(status(post("/count", "gzip", gzip(zeros), cut))).isEqualTo(413);
            assertThat(GIVEN.get()).isEqualTo(64 * 1024);
            assertThat(status(post("/count", "deflate", zlib(zeros), cut))).isEqualTo(413);
            assertThat(GIVEN.get()).isEqualTo(64 * 1024);
        }
        assertThat(post("/", "gzip", gzip(new byte[60_000]), 100)).endsWith("so many: 60000");
        byte[] inner = gzip(zeros);
        String both = post("/count", "gzip, gzip", gzip(inner), 100);
        assertThat(status(both)).as("together").isEqualTo(413);
    }

    /** Row X56: a gigabyte in a megabyte is refused behind its first bytes, and costs no more. */
    @Test
    @Tag("X56")
    void aBombIsRefusedAtOnce() throws IOException {
        Deflater deflater = new Deflater(9);
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        byte[] zeros = new byte[MIB];
        byte[] out = new byte[MIB];
        for (int count = 0; count < 256; count++) {
            deflater.setInput(zeros);
            while (!deflater.needsInput()) {
                bomb.write(out, 0, deflater.deflate(out));
            }
        }
        deflater.end();
        assertThat(status(post("/count", "deflate", bomb.toByteArray(), 65_536))).isEqualTo(413);
        assertThat(GIVEN.get()).isEqualTo(64 * 1024);
    }

    @Test
    @Tag("X56")
    void theResultIsTheSameAtEveryCut() throws IOException {
        byte[] good = gzip(letters(200));
        byte[] damaged = good.clone();
        damaged[good.length - 20] ^= 1;
        List<byte[]> bodies =
                List.of(
                        good,
                        damaged,
                        java.util.Arrays.copyOf(good, good.length - 1),
                        joined(good, new byte[1]),
                        joined(good, good));
        for (byte[] body : bodies) {
            String whole = post("/count", "gzip", body, body.length);
            long given = GIVEN.get();
            for (int cut = 1; cut < body.length; cut += 11) {
                assertThat(status(post("/count", "gzip", body, cut))).isEqualTo(status(whole));
                assertThat(GIVEN.get()).as("cut %d", cut).isEqualTo(given);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Magic, method, reserved flags, checksum of the head.
        "1f8c0800000000000000,400",
        "1f8b0700000000000000,400",
        "1f8b0820000000000000,400",
        "1f8b08020000000000000000,400",
        // A head that is cut off, in each of its parts.
        "1f,400",
        "1f8b08000000000000,400",
        "1f8b0804000000000000,400",
        "1f8b080400000000000005006161,400",
        "1f8b0808000000000000616263,400",
        // Empty data, with an extra field of 2 bytes, a name, a comment and a text flag.
        "1f8b081d000000000000020061616e006300030000000000000000 00,200",
        "1f8b08000000000000000300000000000000000 0,200",
        // A wrong checksum, a wrong length.
        "1f8b080000000000000003000100000000000000,400",
        "1f8b080000000000000003000000000001000000,400",
    })
    void theHeadAndTheTrailerOfGzip(String hexadecimal, int status) throws IOException {
        byte[] bytes = java.util.HexFormat.of().parseHex(hexadecimal.replace(" ", ""));
        assertThat(status(post("/", "gzip", bytes, 1))).isEqualTo(status);
        assertThat(status(post("/", "gzip", bytes, 1000))).isEqualTo(status);
    }

    @Test
    void whatFollowsTheEndIsRefused() throws IOException {
        byte[] zlib = zlib(letters(100));
        assertThat(status(post("/", "deflate", joined(zlib, new byte[] {0}), 1000))).isEqualTo(400);
        assertThat(status(post("/", "deflate", joined(zlib, zlib), 1000))).isEqualTo(400);
        assertThat(status(post("/", "gzip", joined(gzip(letters(9)), new byte[] {'x'}), 1000)))
                .isEqualTo(400);
    }

    /** A reader that pauses gets nothing meanwhile, though all of the input has come. */
    @Test
    void aReaderThatPausesIsWaitedFor() throws Exception {
        HttpHandler handler =
                (request, response) -> {
                    DecodedBody body = DecodedBody.of(request, response, LIMITS);
                    long[] read = {0, 0};
                    body.onData(bytes -> {
                        read[0] += bytes.remaining();
                        assertThat(body.isPaused()).isFalse();
                        body.pause();
                        read[1]++;
                        request.socket().loop().setImmediate(body::resume);
                    });
                    body.onEnd(() -> response.end(read[0] + " in many " + (read[1] > 20)));
                };
        ServedSite before = site;
        try (ServedSite slow = ServedSite.of(loop -> handler)) {
            site = slow;
            assertThat(post("/", "gzip", gzip(letters(500_000)), 1 << 20))
                    .endsWith("500000 in many true");
        } finally {
            site = before;
        }
    }

    @Test
    void limitsAreChecked() {
        assertThatThrownBy(() -> LIMITS.withMaxBytes(-1)).hasMessageContaining("0 bytes or more");
        assertThatThrownBy(() -> LIMITS.withMaxRatio(0)).hasMessageContaining("1 or more");
        assertThatThrownBy(() -> LIMITS.withMaxCodings(0)).hasMessageContaining("1 or more");
    }
}
