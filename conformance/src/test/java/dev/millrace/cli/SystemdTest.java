package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.testing.NoticeReceiver;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that systemd starts. */
class SystemdTest {
    private static final String ACTIVATE = "/usr/bin/systemd-socket-activate";

    @Test
    void systemdHearsThatItIsReadyThatItLivesAndThatItStops(@TempDir Path folder)
            throws IOException {
        try (NoticeReceiver systemd = NoticeReceiver.at(folder.resolve("notify"))) {
            Map<String, String> variables =
                    Map.of(
                            "NOTIFY_SOCKET",
                            systemd.address().toString(),
                            "WATCHDOG_USEC",
                            "200000");
            try (Launched server =
                    Launched.start(variables, "hello", "--port", "0", "--loops", "2").listening()) {
                expect(systemd, "READY=1", "WATCHDOG=1", "WATCHDOG=1");
                server.signal("TERM");
                expect(systemd, "STOPPING=1");
                assertThat(server.status()).isZero();
            }
        }
    }

    /** These in their order, whatever comes between them. */
    private static void expect(NoticeReceiver systemd, String... wanted) {
        List<String> heard = new ArrayList<>();
        Instant deadline = Instant.now().plus(Duration.ofSeconds(Launched.DEADLINE_SECONDS));
        int at = 0;
        while (at < wanted.length) {
            assertThat(Instant.now()).as("only " + heard).isBefore(deadline);
            for (String text : systemd.all()) {
                heard.add(text);
                at += at < wanted.length && text.equals(wanted[at]) ? 1 : 0;
            }
        }
    }

    @Test
    void variablesThatMakeNoSenseEndItWithALine() {
        Map<String, String> variables = Map.of("NOTIFY_SOCKET", "vsock:2:1");
        try (Launched server = Launched.start(variables, "hello", "--port", "0")) {
            assertThat(server.errors()).contains("NOTIFY_SOCKET is vsock:2:1");
            assertThat(server.status()).isEqualTo(1);
        }
    }

    @Test
    @Tag("faults")
    void systemdStartsServeOnItsSocket(@TempDir Path folder) throws IOException {
        Launched.requireBuilt();
        assumeTrue(
                Files.isExecutable(Path.of(ACTIVATE)),
                "systemd-socket-activate is missing: apt-get install systemd");
        Files.writeString(folder.resolve("hello.txt"), "hello");
        int port = freePort();
        List<String> words = new ArrayList<>();
        words.addAll(List.of(ACTIVATE, "-l", "127.0.0.1:" + port, "--fdname=http"));
        words.addAll(List.of("-E", "MILLRACE_BUILD=no", "-E", "MILLRACE_JDK=" + jdk()));
        words.add(Launched.root().resolve("millrace").toString());
        words.addAll(List.of("serve", "--port", "1", folder.toString()));
        try (Launched server = Launched.start(folder, Map.of(), words);
                Peer peer = whenOpen(port)) {
            peer.send("GET /hello.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(peer.head().status()).isEqualTo(200);
            assertThat(peer.read(5)).isEqualTo("hello");
            assertThat(server.listening().startLine())
                    .endsWith("http://127.0.0.1:" + port + " · inherited");
            assertThat(server.signal("TERM").status()).isZero();
        }
    }

    private static String jdk() {
        return System.getProperty("java.home");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /** It opens the port first, and starts the program at the first connection. */
    private static Peer whenOpen(int port) throws IOException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(Launched.DEADLINE_SECONDS));
        while (true) {
            try {
                return Peer.at(port);
            } catch (ConnectException e) {
                assertThat(Instant.now()).as("not open").isBefore(deadline);
            }
        }
    }
}
