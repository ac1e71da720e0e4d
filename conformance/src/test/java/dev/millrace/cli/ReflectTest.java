package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code millrace reflect}, on a port and a Unix socket at once. */
class ReflectTest {
    private static final String EMPTY =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static Launched server;

    @BeforeAll
    static void start() {
        server = Launched.start("reflect", "--unix", "@millrace-reflect-test", "--port=0");
        server.listening();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void namesEveryAddress() {
        assertThat(server.startLine()).contains(" · http://127.0.0.1:");
        assertThat(server.startLine()).endsWith(" · unix:@millrace-reflect-test");
    }

    @Test
    void tellsTheHeadAsItCame() throws IOException {
        try (Peer peer = Peer.of(server)) {
            Peer.Answer answer = peer.ask("GET /a?b=\"%22", "X-Two:  1 ", "x-two: ü\"\t\\");
            assertThat(answer.field("content-type")).isEqualTo("application/json");
            // A byte above ASCII is one character, and UTF-8 sent two of them.
            assertThat(answer.text())
                    .isEqualTo(
                            """
                            {"method":"GET","target":"/a?b=\\"%22","headers":[["Host","localhost"],\
                            ["X-Two","1"],["x-two","Ã¼\\"\\t\\\\"]],"body_len":0,"body_sha256":"EMPTY"}\
                            """
                                    .replace("EMPTY", EMPTY));
        }
    }

    @Test
    void tellsTheBody() throws IOException {
        try (Peer peer = Peer.of(server)) {
            peer.send("BREW /pot HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            peer.send("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n");
            assertThat(peer.answer(false).text())
                    .startsWith("{\"method\":\"BREW\",\"target\":\"/pot\"")
                    .endsWith("\"body_len\":3,\"body_sha256\":\"" + ABC + "\"}");
        }
    }

    @Test
    void answersHeadWithoutBody() throws IOException {
        try (Peer peer = Peer.of(server)) {
            assertThat(peer.ask("HEAD /").field("content-length")).isNotEmpty();
            assertThat(peer.ask("GET /").status()).as("nothing in between").isEqualTo(200);
        }
    }

    @Test
    void leavesWhatTheParserRefusesToIt() throws IOException {
        try (Peer peer = Peer.of(server)) {
            assertThat(peer.ask("GET /", "Content-Length: x").status()).isEqualTo(400);
        }
    }
}
