package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace start --listen ADDRESS -- COMMAND}: programs of any kind, shells mostly. */
class StartListenTest {
    @TempDir private Path folder;

    /** With its sockets in the test's folder. */
    private Launched start(List<String> options, String... command) {
        List<String> words = new ArrayList<>(List.of("start", "--listen=web=tcp://127.0.0.1:0"));
        words.addAll(options);
        words.add("--");
        words.addAll(List.of(command));
        return millrace(words.toArray(String[]::new));
    }

    private Launched millrace(String... words) {
        return Launched.start(Map.of("XDG_RUNTIME_DIR", folder.toString()), words);
    }

    private List<Path> sockets() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(one -> one.toString().endsWith(".sock")).toList();
        }
    }

    private static List<String> output(Launched command) {
        try (command) {
            List<String> lines = command.output().lines().toList();
            assertThat(command.status()).as(lines.toString()).isZero();
            return lines;
        }
    }

    private static String error(Launched command, int status) {
        try (command) {
            assertThat(command.status()).isEqualTo(status);
            return command.errors();
        }
    }

    /** What a control socket says, as {@code nc -U} gets it; empty where nothing listens. */
    private static String ask(Path path, String command) {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            Channels.newOutputStream(channel).write((command + "\n").getBytes());
            byte[] response = Channels.newInputStream(channel).readAllBytes();
            return new String(response, StandardCharsets.UTF_8);
        } catch (IOException nothing) {
            return "";
        }
    }

    @Test
    void aProgramGetsTheSocketsFromDescriptorThreeOn() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("Adopts.java"),
                        """
                        import module dev.millrace;
                        void main() {
                            String who = System.getenv("LISTEN_FDNAMES") + " "
                                    + System.getenv("LISTEN_PID").equals(
                                            "" + ProcessHandle.current().pid());
                            Loop.run(loop -> {
                                NetServer server = NetServer.create(loop, socket -> socket.end(who));
                                server.listenDescriptor(3);
                                loop.onSignal("TERM", signal -> server.close());
                            });
                        }
                        """);
        String millrace = Launched.root().resolve("millrace").toString();
        try (Launched server =
                start(List.of("--workers=1"), millrace, "run", "" + file).listening()) {
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.readAll()).isEqualTo("web true");
            }
            List<ProcessHandle> last = server.children();
            assertThat(server.signal("TERM").status()).isZero();
            assertThat(last).noneMatch(ProcessHandle::isAlive);
            assertThat(server.errors()).isEmpty();
            assertThat(sockets()).isEmpty();
        }
    }

    @Test
    void itsProcessesAreListedReloadedAndStopped() throws IOException {
        try (Launched server =
                start(List.of("--workers=2"), "sh", "-c", "exec sleep 1000").listening()) {
            WorkersTest.until("a control socket", () -> isListed(server));
            Path socket = sockets().getFirst();
            assertThat(socket.toString()).endsWith("-" + server.port() + ".sock");
            assertThat(ask(socket, "status"))
                    .contains("listens=tcp://127.0.0.1:" + server.port() + "\n");
            List<ProcessHandle> before = server.children();
            List<String> lines = output(millrace("ps"));
            assertThat(lines).hasSize(3);
            assertThat(lines.getFirst()).startsWith("worker      pid  state");
            assertThat(lines.subList(1, 3))
                    .allMatch(line ->
                            line.matches(
                                    " +[12] +\\d+  (starting|online) +- +- +- +\\d+ MiB +\\d+ s"));
            assertThat(output(millrace("reload")).getFirst())
                    .startsWith("replaced 2, killed 0, took_ms ");
            assertThat(server.children()).hasSize(2).doesNotContainAnyElementsOf(before);
            assertThat(error(millrace("replace"), 1)).contains("use reload");
            WorkersTest.signal("KILL", server.children().getFirst());
            WorkersTest.until("another one", () -> ask(socket, "ps").contains("id=5 "));
            List<ProcessHandle> last = server.children();
            assertThat(output(millrace("stop", "--limit=5s"))).isEmpty();
            assertThat(server.status()).isZero();
            assertThat(last).hasSize(2).noneMatch(ProcessHandle::isAlive);
            assertThat(socket).doesNotExist();
            assertThat(server.errors()).contains("was ended by signal 9; another one takes");
        }
    }

    private boolean isListed(Launched server) {
        try {
            return sockets().stream().anyMatch(path -> ask(path, "ps").endsWith("ok\n"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aChangeOfItsFileAndASignalReplaceTheProcesses() throws IOException {
        Path script = Files.writeString(folder.resolve("script"), "exec sleep 1000");
        Path own = folder.resolve("own");
        try (var leftOver = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            leftOver.bind(UnixDomainSocketAddress.of(own));
        }
        List<String> options = List.of("--workers=1", "--watch", "--control", "" + own);
        try (Launched server = start(options, "sh", "" + script).listening()) {
            WorkersTest.until("what is left over is replaced", () -> has(own, "id=1 "));
            Files.writeString(script, "exec sleep 2000");
            WorkersTest.until("another one", () -> has(own, "id=2 ") && !has(own, "id=1 "));
            server.signal("HUP");
            WorkersTest.until("another one", () -> has(own, "id=3 ") && !has(own, "id=2 "));
            server.signal("USR1");
            Files.writeString(script, "trap '' TERM; : > " + folder + "/stubborn; exec sleep 1000");
            WorkersTest.until("another one", () -> has(own, "id=4 ") && !has(own, "id=3 "));
            WorkersTest.until(
                    "it takes no SIGTERM", () -> Files.exists(folder.resolve("stubborn")));
            assertThat(sockets()).isEmpty();
            assertThat(ask(own, "stop 20")).as("none is left").isEqualTo("ok\n");
            assertThat(server.status()).isZero();
            assertThat(server.errors())
                    .contains("reloaded; 1 of 1 replaced", "use reload")
                    .doesNotContain("took", "control socket");
        }
        assertThat(own).doesNotExist();
    }

    private static boolean has(Path path, String word) {
        return ask(path, "ps").contains(word);
    }

    @Test
    void aCommandThatIsNotThereIsNotStartedAgain() {
        Path own = folder.resolve("own");
        String failed = error(start(List.of("--control", "" + own), "no-such-program"), 1);
        assertThat(failed)
                .contains("no-such-program (pid ", "ended with status 127 before it served");
        assertThat(own).doesNotExist();
    }

    @Test
    void aControlSocketThatIsAnotherProgramsIsLeftToIt() throws IOException {
        Path own = folder.resolve("own");
        try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(own));
            try (Launched server =
                    start(List.of("--workers=1", "--control", "" + own), "sleep", "1000")
                            .listening()) {
                WorkersTest.until("its process", () -> !server.children().isEmpty());
                assertThat(server.signal("TERM").status()).isZero();
                assertThat(server.errors())
                        .contains("another program has the control socket " + own);
            }
        }
        assertThat(own).as("it is the other's").exists();
    }
}
