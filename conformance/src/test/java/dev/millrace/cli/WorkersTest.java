package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Server commands in several processes. */
class WorkersTest {
    private static Launched start(String... words) {
        return Launched.start(words).listening();
    }

    static void until(String what, BooleanSupplier condition) {
        Kernel.await(what, condition, Launched.DEADLINE_SECONDS);
    }

    static void signal(String name, ProcessHandle process) throws IOException {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void itListensOnceAndEndsInOrder() throws IOException {
        try (Launched server = start("hello", "--port=0", "--workers=2");
                Peer peer = Peer.of(server)) {
            assertThat(server.startLine()).contains(" · 2 workers · ", " · http://127.0.0.1:");
            assertThat(peer.ask("GET /").text()).isEqualTo("Hello, World!");
            List<ProcessHandle> workers = server.children();
            assertThat(workers).hasSize(2);
            peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
            assertThat(peer.head().status()).isEqualTo(200);
            assertThat(peer.read(5)).isEqualTo("hello");
            // Ctrl-C reaches all processes of the terminal.
            for (ProcessHandle worker : workers) {
                signal("INT", worker);
                signal("HUP", worker);
            }
            server.signal("INT");
            until("nothing listens", () -> !isListening(server.port()));
            assertThat(peer.send("world").read(5)).isEqualTo("world");
            peer.close();
            assertThat(server.status()).isZero();
            assertThat(server.errors()).isEmpty();
            assertThat(server.output()).as("nothing but the start line").isEmpty();
            assertThat(workers).noneMatch(ProcessHandle::isAlive);
        }
    }

    private static boolean isListening(int port) {
        try (Peer peer = Peer.at(port)) {
            return peer != null;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void aTakenPortIsToldOnceAsByOneProcess() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        try (ServerSocket holder = new ServerSocket(0, 1, loopback)) {
            String port = "" + holder.getLocalPort();
            try (Launched command = Launched.start("hello", "--workers=2", "--port", port)) {
                assertThat(command.status()).isEqualTo(1);
                assertThat(command.errors())
                        .contains("port " + port + " of 127.0.0.1 is in use")
                        .contains("process " + ProcessHandle.current().pid())
                        .hasLineCount(1);
                assertThat(command.output()).as("no start line").isEmpty();
            }
        }
    }

    @Test
    void allWorkersWriteOneLogInWholeLines(@TempDir Path folder) throws IOException {
        Path log = folder.resolve("log");
        Files.writeString(folder.resolve("a.txt"), "a");
        int requests = 60;
        try (Launched server =
                start("serve", "" + folder, "--port=0", "--workers=3", "--log=" + log)) {
            for (int number = 0; number < requests; number++) {
                try (Peer peer = Peer.of(server)) {
                    assertThat(peer.ask("GET /a.txt").status()).isEqualTo(200);
                }
            }
            assertThat(server.signal("TERM").status()).isZero();
        }
        assertThat(Files.readAllLines(log))
                .hasSize(requests)
                .allMatch(
                        line -> line.matches("127\\.0\\.0\\.1 .*\"GET /a.txt HTTP/1.1\" 200 1 .*"));
    }

    /** Has the descriptor of the listener. */
    private static boolean listens(ProcessHandle process, long inode) {
        try (Stream<Path> open = Files.list(Path.of("/proc", "" + process.pid(), "fd"))) {
            return open.anyMatch(one -> isSocket(one, inode));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor, long inode) {
        try {
            return Files.readSymbolicLink(descriptor).toString().equals("socket:[" + inode + "]");
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void theWorkersAcceptWhereTheOptionSaysSo() throws IOException {
        for (String who : List.of("round-robin", "shared")) {
            try (Launched server = start("hello", "--port=0", "--workers=2", "--scheduling", who);
                    Peer peer = Peer.of(server)) {
                assertThat(peer.ask("GET /").text()).isEqualTo("Hello, World!");
                long inode = Kernel.listener(server.port());
                assertThat(server.children())
                        .hasSize(2)
                        .allMatch(worker -> listens(worker, inode) == who.equals("shared"));
            }
        }
    }

    @Test
    void aWorkerThatDiesIsReplaced() throws IOException {
        try (Launched server = start("echo", "--port=0", "--workers=2")) {
            List<ProcessHandle> before = server.children();
            signal("KILL", before.getFirst());
            until("another one", () -> isReplaced(server, before.getFirst()));
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.send("ping").read(4)).isEqualTo("ping");
                server.signal("TERM");
                assertThat(peer.readAll()).as("idle ones are ended").isEmpty();
            }
            assertThat(server.status()).isZero();
            assertThat(server.errors())
                    .containsPattern(
                            "worker [12] \\(pid \\d+\\) was ended by signal 9; another one takes");
        }
    }

    private static boolean isReplaced(Launched server, ProcessHandle worker) {
        List<ProcessHandle> now = server.children();
        return now.size() == 2 && !now.contains(worker);
    }
}
