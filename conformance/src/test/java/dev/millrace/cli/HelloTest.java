package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code millrace hello}, on two loops. */
class HelloTest {
    private static Launched server;

    @BeforeAll
    static void start() {
        server = Launched.start("hello", "--port=0", "--loops=2", "--max-body=1k").listening();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void theStartLineNamesEverything() {
        assertThat(server.startLine())
                .matches(
                        "millrace \\S+ · epoll · 2 loops · pid \\d+ · http://127\\.0\\.0\\.1:\\d+");
    }

    @Test
    void bothLoopsRun() throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + server.pid() + "/task"))) {
            List<String> names = tasks.map(HelloTest::name).toList();
            assertThat(names).contains("millrace-loop-1", "millrace-loop-2");
        }
        for (int count = 0; count < 20; count++) {
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ask("GET /").text()).isEqualTo("Hello, World!");
            }
        }
    }

    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return "gone";
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /,200,text/plain",
        "GET /?q=1,200,text/plain",
        "GET http://localhost,200,text/plain",
        "HEAD /,200,text/plain",
        "GET /nothing,404,text/plain; charset=utf-8",
        "POST /nothing,404,text/plain; charset=utf-8",
        "POST /,405,text/plain; charset=utf-8",
        "GET /echo,405,text/plain; charset=utf-8",
        "BREW /,501,text/plain; charset=utf-8",
        "BREW /nothing,501,text/plain; charset=utf-8",
        "get /,501,text/plain; charset=utf-8",
    })
    void answers(String line, int status, String type) throws IOException {
        try (Peer peer = Peer.of(server)) {
            Peer.Answer answer = peer.ask(line);
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.field("content-type")).isEqualTo(type);
            assertThat(answer.field("allow").isEmpty()).isEqualTo(status != 405);
        }
    }

    @Test
    void echoesABodyOfAnyFraming() throws IOException {
        try (Peer peer = Peer.of(server)) {
            peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nping");
            assertThat(peer.answer(false).text()).isEqualTo("ping");
            peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            peer.send("4\r\npong\r\n0\r\n\r\n");
            assertThat(peer.head().field("transfer-encoding")).isEqualTo("chunked");
            assertThat(peer.read(14)).isEqualTo("4\r\npong\r\n0\r\n\r\n");
        }
    }

    @Test
    void aBodyBeyondTheOptionIsRefused() throws IOException {
        try (Peer peer = Peer.of(server)) {
            assertThat(peer.ask("POST /echo", "Content-Length: 1025").status()).isEqualTo(413);
        }
    }
}
