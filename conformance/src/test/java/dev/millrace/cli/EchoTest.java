package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code millrace echo}. */
class EchoTest {

    @Test
    void sendsBackOnEveryAddress(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("s");
        try (Launched server =
                Launched.start("echo", "--unix", "" + path, "--port=0").listening()) {
            assertThat(server.startLine())
                    .contains(" · 1 loop · ")
                    .contains(" · tcp://127.0.0.1:")
                    .endsWith(" · unix:" + path);
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.send("ping").end().readAll()).isEqualTo("ping");
            }
            try (Peer peer = Peer.at(UnixDomainSocketAddress.of(path))) {
                assertThat(peer.send("pong").end().readAll()).isEqualTo("pong");
            }
        }
    }

    @Test
    void waitsForAPeerThatSendsMuchAndReadsLate() throws Exception {
        String much = "0123456789abcdef".repeat(1 << 20);
        try (Launched server = Launched.start("echo", "--port=0").listening();
                Peer peer = Peer.of(server)) {
            var sent =
                    CompletableFuture.runAsync(() -> {
                        try {
                            peer.send(much).end();
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
            assertThat(peer.readAll()).isEqualTo(much);
            sent.join();
        }
    }
}
