package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a server ends. */
class SignalsTest {

    @Test
    void whatIsInFlightEndsAndTheStatusIs0() throws IOException {
        try (Launched server = Launched.start("hello", "--port", "0").listening();
                Peer peer = begunUpload(server)) {
            server.signal("TERM");
            expectRefusal(server.port());
            assertThat(peer.send("world").read(5)).isEqualTo("world");
            assertThat(peer.readAll()).isEmpty();
            peer.close();
            assertThat(server.status()).isZero();
            assertThat(server.errors()).isEmpty();
            assertThat(server.output()).as("nothing but the start line").isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM,143", "INT,130"})
    void theSecondSignalEndsAtOnce(String name, int status) throws IOException {
        try (Launched server = Launched.start("hello", "--port", "0").listening();
                Peer peer = begunUpload(server)) {
            server.signal(name);
            expectRefusal(server.port());
            assertThat(server.signal(name).status()).isEqualTo(status);
            assertThat(peer.in().read()).isNegative();
        }
    }

    /** An exchange that has begun, and waits for the second half of its body. */
    private static Peer begunUpload(Launched server) throws IOException {
        Peer peer = Peer.of(server);
        peer.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
        assertThat(peer.head().status()).isEqualTo(200);
        assertThat(peer.read(5)).isEqualTo("hello");
        return peer;
    }

    /** The signal has arrived when nobody listens any more. */
    private static void expectRefusal(int port) throws IOException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(Launched.DEADLINE_SECONDS));
        while (Instant.now().isBefore(deadline)) {
            try (Peer peer = Peer.at(port)) {
                peer.end();
            } catch (ConnectException e) {
                return;
            } catch (SocketException e) {
                // It was still queued when the listener closed, which the kernel answers with a
                // reset.
                assertThat(e).hasMessageContaining("reset");
            }
        }
        throw new AssertionError("it still listens");
    }

    @Test
    void anIdleConnectionDoesNotHoldItUp() throws IOException {
        try (Launched server = Launched.start("hello", "--port", "0").listening();
                Peer peer = Peer.of(server)) {
            assertThat(peer.ask("GET /").status()).isEqualTo(200);
            server.signal("INT");
            assertThat(peer.readAll()).isEmpty();
            peer.close();
            assertThat(server.status()).isZero();
        }
    }

    @Test
    void anEchoGivesBackWhatItGotBeforeItEnds() throws IOException {
        try (Launched server = Launched.start("echo", "--port", "0").listening();
                Peer peer = Peer.of(server)) {
            assertThat(peer.send("ping").read(4)).isEqualTo("ping");
            server.signal("TERM");
            assertThat(peer.readAll()).isEmpty();
            peer.close();
            assertThat(server.status()).isZero();
        }
    }

    @Test
    void theUnixSocketIsRemoved(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("echo.sock");
        try (Launched server = Launched.start("echo", "--unix", "" + path).listening()) {
            assertThat(server.startLine()).endsWith("unix:" + path);
            try (Peer peer = Peer.at(UnixDomainSocketAddress.of(path))) {
                assertThat(peer.send("ping").read(4)).isEqualTo("ping");
            }
            assertThat(server.signal("TERM").status()).isZero();
            assertThat(Files.exists(path)).isFalse();
        }
    }
}
