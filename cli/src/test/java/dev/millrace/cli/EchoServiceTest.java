package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How an echo treats peers that read late, and how it takes its leave of them. */
@Timeout(90)
class EchoServiceTest {
    /** More than every buffer on the way together. */
    private static final int MUCH = 32 << 20;

    private static RunningServer start() {
        return RunningServer.start(EchoService::new, RunningServer.NEVER);
    }

    private static CompletableFuture<Void> sending(Socket socket, int bytes) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        OutputStream out = socket.getOutputStream();
                        byte[] part = new byte[64 << 10];
                        for (int sent = 0; sent < bytes; sent += part.length) {
                            out.write(part);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> Thread.ofPlatform().daemon().start(task));
    }

    @Test
    void aPeerThatNeverEndsItsSideDoesNotHoldItUp() throws IOException {
        try (RunningServer server = start();
                Socket peer = server.connect()) {
            peer.getOutputStream().write('a');
            assertThat(peer.getInputStream().read()).isEqualTo('a');
            server.stop();
            assertThat(peer.getInputStream().read()).as("FIN").isNegative();
            server.awaitEnd();
        }
    }

    @Test
    void aPeerThatHasLeftBeforeDoesNotMatter() throws IOException {
        try (RunningServer server = start()) {
            for (int count = 0; count < 3; count++) {
                try (Socket peer = server.connect()) {
                    peer.getOutputStream().write('a');
                    peer.shutdownOutput();
                    assertThat(peer.getInputStream().readAllBytes()).isEqualTo(new byte[] {'a'});
                }
            }
            server.stop().awaitEnd();
        }
    }

    @Test
    void whatIsStillSentWhenItEndsIsTakenAndThrownAway() throws Exception {
        try (RunningServer server = start();
                Socket peer = server.connect()) {
            CompletableFuture<Void> sent = sending(peer, MUCH);
            assertThat(peer.getInputStream().read()).isZero();
            server.stop();
            long echoed = 1 + peer.getInputStream().readAllBytes().length;
            sent.get(RunningServer.DEADLINE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);
            assertThat(echoed).as("it did not go on").isLessThan(MUCH);
            peer.shutdownOutput();
            server.awaitEnd();
        }
    }
}
