package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace start FILE.java}: programs that know nothing of their workers. */
class StartTest {
    @TempDir private Path folder;

    private Path program(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), "import module dev.millrace;\n" + text);
    }

    private static Peer.Answer ask(Launched server) throws IOException {
        try (Peer peer = Peer.of(server)) {
            return peer.ask("GET /");
        }
    }

    private static String text(Launched server) {
        try {
            return ask(server).text();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aProgramServesInSeveralProcessesWithoutAChange() throws IOException {
        Files.writeString(folder.resolve("Beside.java"), "class Beside { String text = \"hi \"; }");
        Path file =
                program(
                        "Hi.java",
                        """
                        void main(String[] words) {
                            String text = new Beside().text + String.join("+", words) + " ";
                            long pid = ProcessHandle.current().pid();
                            Loop.run(loop -> HttpServer.create(
                                    loop, (request, response) -> response.end(text + pid)).listen(0));
                        }
                        """);
        try (Launched server =
                Launched.start("start", "" + file, "--workers=2", "--", "a b", "--c").listening()) {
            assertThat(server.startLine()).contains(" · 2 workers · ", " · tcp://");
            Set<String> texts = new TreeSet<>();
            // A worker that listens may not have asked for its first connection yet.
            WorkersTest.until(
                    "an answer of each",
                    () -> {
                        texts.add(text(server));
                        return texts.size() == 2;
                    });
            assertThat(texts).allMatch(text -> text.startsWith("hi a b+--c "));
            assertThat(server.signal("TERM").status()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    @Test
    void aProgramThatIsAClusterByItselfHasItsWorkersHere() throws IOException {
        Path file =
                program(
                        "Own.java",
                        """
                        void main() {
                            Loop.run(loop -> {
                                if (Cluster.isPrimary()) {
                                    throw new IllegalStateException("it is a worker here");
                                }
                                Worker worker = Cluster.join(loop);
                                HttpServer.create(loop, (request, response) ->
                                        response.end("worker " + worker.id())).listen(0);
                            });
                        }
                        """);
        try (Launched server = Launched.start("start", "" + file, "--workers=1").listening()) {
            assertThat(ask(server).text()).isEqualTo("worker 1");
            assertThat(server.signal("TERM").status()).isZero();
        }
    }

    private static void fails(String error, String... words) {
        try (Launched command = Launched.start(words)) {
            assertThat(command.errors()).contains(error);
            assertThat(command.status()).isEqualTo(1);
            assertThat(command.output()).as("no start line").isEmpty();
        }
    }

    @Test
    void whatDoesNotCompileIsShownAndNothingIsStarted() throws IOException {
        Path file = program("Bad.java", "void main() { nonsense(); }");
        try (Launched command = Launched.start("start", "" + file)) {
            assertThat(command.status()).isEqualTo(1);
            assertThat(command.errors())
                    .contains("Bad.java:2: error: cannot find symbol", "nonsense();")
                    .endsWith("millrace: " + file + " does not compile; see above\n");
        }
    }

    @Test
    void whatEndsBeforeItListensIsNotStartedAgain() throws IOException {
        Path ends = program("Ends.java", "void main() { }");
        fails("Ends.java ended with status 0 and listened on nothing", "start", "" + ends);
        Path dies = program("Dies.java", "void main() { System.exit(3); }");
        fails("a worker of Dies.java ended with status 3 before it listened", "start", "" + dies);
    }

    @Test
    void whatListensOnNothingIsEnded() throws IOException {
        Path file = program("Idle.java", "void main() { Loop.run(loop -> loop.keepAlive()); }");
        fails(
                "Idle.java does not listen on anything after 1000 ms",
                "start",
                "" + file,
                "--start-limit=1s");
    }
}
