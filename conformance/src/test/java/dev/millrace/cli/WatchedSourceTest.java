package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code start --watch}: a program whose source is edited while it runs. */
class WatchedSourceTest {
    @TempDir private Path folder;

    /** The command, with its sockets in the test's folder. */
    private Launched start(String... words) {
        return Launched.start(Map.of("XDG_RUNTIME_DIR", folder.toString()), words);
    }

    @Test
    void aChangeOfTheSourceReplacesTheWorkersUnlessItDoesNotCompile() throws IOException {
        Path file = folder.resolve("Hi.java");
        String text =
                """
                import module dev.millrace;
                void main() {
                    Loop.run(loop -> HttpServer.create(
                            loop, (request, response) -> response.end("one")).listen(0));
                }
                """;
        Files.writeString(file, text);
        try (Launched server = start("start", "" + file, "--workers=1", "--watch").listening()) {
            assertThat(ask(server)).isEqualTo("one");
            Files.writeString(file, text.replace("one", "two"));
            WorkersTest.until("the new text", () -> says(server, "two"));
            Files.writeString(file, text.replace("response.end", "response.nonsense"));
            try (Launched reload = start("reload")) {
                assertThat(reload.status()).isEqualTo(1);
                assertThat(reload.errors()).contains("Hi.java does not compile");
            }
            assertThat(ask(server)).isEqualTo("two");
            Files.writeString(file, text.replace("one", "three"));
            server.signal("HUP");
            WorkersTest.until("the new text", () -> says(server, "three"));
            assertThat(server.signal("TERM").status()).isZero();
            assertThat(server.errors())
                    .contains("files of Hi.java have changed")
                    .contains("1 workers replaced in ")
                    .contains("Hi.java:4: error: cannot find symbol");
        }
    }

    /** A worker that leaves ends a connection that has brought no request yet. */
    private static boolean says(Launched server, String text) {
        try (Peer peer = Peer.of(server)) {
            return peer.ask("GET /").text().equals(text);
        } catch (IOException ended) {
            return false;
        }
    }

    private static String ask(Launched server) {
        try (Peer peer = Peer.of(server)) {
            return peer.ask("GET /").text();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
