package dev.millrace.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawHttp.Answer;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a peer is told whose bytes are no request that is served: one answer with a status, a text
 * that helps, and {@code Connection: close}, then the end of the connection without a reset. The
 * parser's own tests know every single way to go wrong; here is one of each kind, on the wire.
 */
@Timeout(30)
class HttpRefusalTest {
    private static final String HOST = "Host: a\r\n";

    /** Sends {@code request} to a server that must not pass it on; the one answer. */
    private static Answer expectRefusal(HttpLimits limits, int status, byte[] request)
            throws IOException {
        try (var fixture =
                        HttpFixture.serve(limits, (inbound, response) -> response.end("served"));
                RawHttp client = fixture.connect()) {
            Answer answer = client.send(request).answer();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.statusLine()).startsWith("HTTP/1.1 " + status + " ");
            assertThat(answer.statusLine()).hasSizeGreaterThan("HTTP/1.1 400 ".length());
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.header("Content-Type")).isEqualTo("text/plain; charset=utf-8");
            assertThat(answer.has("Date")).isTrue();
            assertThat(answer.text()).matches("HPE_[A-Z0-9_]+: .{20,}\n");
            assertThat(client.rest()).isEmpty();
            client.endOutput();
            fixture.untilEmpty();
            assertThat(fixture.requestCount()).isZero();
            return answer;
        }
    }

    private static Answer expectRefusal(int status, String request) throws IOException {
        return expectRefusal(HttpLimits.DEFAULTS, status, request.getBytes(ISO_8859_1));
    }

    private static String get(String fields) {
        return "GET / HTTP/1.1\r\n" + fields + "\r\n";
    }

    @Tag("J5")
    @Tag("R49")
    @Tag("X30")
    @Test
    void tooMuchIsRefused() throws IOException {
        expectRefusal(431, get(HOST + "X: " + "y".repeat(20_000) + "\r\n"));
        expectRefusal(431, get(HOST + "X:\r\n".repeat(1001)));
        expectRefusal(414, "GET /" + "x".repeat(10_000) + " HTTP/1.1\r\n" + HOST + "\r\n");
        expectRefusal(431, "\r\n".repeat(20_000));
    }

    /** The peer is still sending what nobody wants when it is told so (lingering close). */
    @Tag("X30")
    @ParameterizedTest
    @ValueSource(ints = {100_000, 900_000})
    void aRefusalCanBeReadByAPeerThatGoesOnSending(int length) throws IOException {
        expectRefusal(414, "GET /" + "x".repeat(length) + " HTTP/1.1\r\n" + HOST + "\r\n");
        expectRefusal(431, get(HOST + "X: y\r\n".repeat(length / 6)));
    }

    @Tag("J5")
    @Tag("R49")
    @Test
    void asManyFieldsAsAllowedAreServed() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                response.end("" + request.headers().size()));
                RawHttp client = fixture.connect()) {
            String request = get("X:\r\n".repeat(999) + HOST);
            assertThat(client.send(request).answer().text()).isEqualTo("1000");
        }
    }

    @Tag("R50")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                "Content-Length: 3\r\nContent-Length: 4\r\n",
                "Content-Length: 3\r\nContent-Length: 3\r\n",
                "Content-Length: 5, 5\r\n",
                "Content-Length: +5\r\n",
                "Content-Length: 0x5\r\n",
                "Content-Length: 99999999999999999999\r\n",
                "Transfer-Encoding: gzip\r\n",
                "Transfer-Encoding: chunked, gzip\r\n",
                "Transfer-Encoding: chunked, chunked\r\n",
                "Transfer-Encoding: ,chunked\r\n",
            })
    void doubtfulLengthsAndCodingsAreRefused(String fields) throws IOException {
        assertThat(expectRefusal(400, get(HOST + fields) + "abc").status()).isEqualTo(400);
    }

    @Tag("R51")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X: a\r\n b\r\n",
                "X : a\r\n",
                "X: a\nY: b\r\n",
                "X: a\rb\r\n",
                "X: a\0b\r\n",
                "X: a\u0007b\r\n",
                "X\r\n",
                ": x\r\n",
                "X\u00fc: x\r\n",
            })
    void malformedFieldsAreRefused(String fields) throws IOException {
        assertThat(expectRefusal(400, get(HOST + fields)).status()).isEqualTo(400);
    }

    @Tag("R51")
    @Test
    void emptyLinesBeforeARequestAreSkipped() throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end("served"));
                RawHttp client = fixture.connect()) {
            for (int round = 0; round < 3; round++) {
                client.send("\r\n\r\n" + RawHttp.get("/"));
                assertThat(client.answer().text()).isEqualTo("served");
            }
        }
    }

    @Tag("R53")
    @Test
    void theHostIsRequiredOnce() throws IOException {
        expectRefusal(400, get("X: y\r\n"));
        expectRefusal(400, get(HOST + HOST));
        expectRefusal(400, get("Host: a b\r\n"));
        Answer version = expectRefusal(505, "GET / HTTP/2.0\r\n" + HOST + "\r\n");
        assertThat(version.text()).contains("HTTP/1.1");
    }

    @Tag("X29")
    @Test
    void aTlsHelloAtThePlainPortIsToldSo() throws IOException {
        byte[] hello = new byte[300];
        new Random(1).nextBytes(hello);
        System.arraycopy(new byte[] {0x16, 3, 1, 1, 0x27, 1, 0, 1, 0x23, 3, 3}, 0, hello, 0, 11);
        Answer answer = expectRefusal(HttpLimits.DEFAULTS, 400, hello);
        assertThat(answer.text()).contains("TLS", "http://", "https://");
    }

    @Tag("X29")
    @Test
    void anHttp2PrefaceIsToldSo() throws IOException {
        Answer answer = expectRefusal(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0");
        assertThat(answer.text()).contains("HTTP/2", "HTTP/1.1");
    }

    @Tag("X10")
    @Test
    void aBodyOverTheLimitIsRefusedBeforeItIsRead() throws IOException {
        HttpLimits limits = HttpLimits.DEFAULTS.withMaxBodyBytes(1000);
        String head = "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 1001\r\n\r\n";
        expectRefusal(limits, 413, head.getBytes(ISO_8859_1));
    }

    @Tag("X10")
    @Test
    void aBodyOverTheLimitIsRefusedThoughItIsAlreadyComing() throws IOException {
        HttpLimits limits = HttpLimits.DEFAULTS.withMaxBodyBytes(1000);
        String head = "POST / HTTP/1.1\r\n" + HOST + "Content-Length: 1000000\r\n\r\n";
        expectRefusal(limits, 413, (head + "x".repeat(1_000_000)).getBytes(ISO_8859_1));
    }

    @Tag("X10")
    @Test
    void aBodyAtTheLimitIsServed() throws IOException {
        HttpLimits limits = HttpLimits.DEFAULTS.withMaxBodyBytes(1000);
        try (var fixture = HttpFixture.serve(limits, HttpBodyTest::count);
                RawHttp client = fixture.connect()) {
            assertThat(client.send(RawHttp.post("x".repeat(1000))).answer().text())
                    .isEqualTo("1000");
            assertThat(
                            client.send(RawHttp.chunked("x".repeat(600), "x".repeat(400)))
                                    .answer()
                                    .text())
                    .isEqualTo("1000");
        }
    }

    /** The handler has the request already, and is told that it broke off. */
    private static Answer expectBrokenBody(HttpLimits limits, String request) throws IOException {
        StringBuilder told = new StringBuilder();
        try (var fixture =
                        HttpFixture.serve(
                                limits,
                                (inbound, response) ->
                                        inbound.onData(data -> told.append("data "))
                                                .onError(error -> told.append("error "))
                                                .onEnd(() -> told.append("end "))
                                                .onClose(() -> told.append("close ")));
                RawHttp client = fixture.connect()) {
            Answer answer = client.send(request).answer();
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.text()).matches("HPE_[A-Z0-9_]+: .{20,}\n");
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.<String>onLoop(told::toString))
                    .contains("error close ")
                    .doesNotContain("end");
            return answer;
        }
    }

    @Tag("R52")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n", "+3\r\nabc\r\n", "0x3\r\nabc\r\n", "3 \r\nabc\r\n", "3\nabc\r\n",
                "3\r\nabcd\r\n", "3\r\nabc\n0\r\n", "3;a\nabc\r\n", "11112222333344445\r\n", "\r\n"
            })
    void malformedChunksAreRefused(String chunks) throws IOException {
        String request = get(HOST + "Transfer-Encoding: chunked\r\n") + "2\r\nab\r\n" + chunks;
        assertThat(expectBrokenBody(HttpLimits.DEFAULTS, request).status()).isEqualTo(400);
    }

    @Tag("R49")
    @Test
    void tooLargeChunkExtensionsAreRefused() throws IOException {
        String head = get(HOST + "Transfer-Encoding: chunked\r\n");
        String one = head + "1;a=" + "b".repeat(20_000) + "\r\n";
        String many = head + "1;a=bbbbb\r\nx\r\n".repeat(3_000);
        assertThat(expectBrokenBody(HttpLimits.DEFAULTS, one).status()).isEqualTo(413);
        assertThat(expectBrokenBody(HttpLimits.DEFAULTS, many).status()).isEqualTo(413);
    }

    @Tag("X10")
    @Test
    void aChunkedBodyOverTheLimitIsRefused() throws IOException {
        HttpLimits limits = HttpLimits.DEFAULTS.withMaxBodyBytes(1000);
        String request = RawHttp.chunked("x".repeat(600), "x".repeat(401));
        assertThat(expectBrokenBody(limits, request).status()).isEqualTo(413);
    }

    /** RFC 9110 section 10.1.1. */
    @Test
    void anUnknownExpectationIsRefused() throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end("served"));
                RawHttp client = fixture.connect()) {
            client.send(
                    "PUT / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\nContent-Length: 2\r\n\r\n");
            Answer answer = client.answer();
            assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 417 Expectation Failed");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.text()).contains("417");
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.requestCount()).isZero();
        }
    }
}
