package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.WriteLimit;
import dev.millrace.stream.WriteLimit.Policy;
import dev.millrace.stream.WriteStream;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A handler that writes and never looks at what {@code write} answers. */
class TcpWriteLimitTest {
    private static final int MIB = 1 << 20;

    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private NetSocket socket;

    @AfterEach
    void close() {
        fixture.close();
    }

    private RawClient connect(WriteLimit limit) {
        NetServer server =
                fixture.call(() ->
                        Ends.server(
                                        fixture.loop(),
                                        NetServerOptions.DEFAULTS.withWriteLimit(limit),
                                        accepted -> {
                                            socket = accepted;
                                            accepted.onError(error ->
                                                            journal.add(
                                                                    "error " + error.getMessage()))
                                                    .onDrain(journal.line("drain"))
                                                    .onClose(journal.line("close"));
                                            journal.add("accepted");
                                        })
                                .listen(IpAddress.loopback(0)));
        RawClient client = RawClient.connect(fixture.call(server::port), "127.0.0.1", 4096);
        journal.await("accepted");
        return client;
    }

    @Test
    @Tag("X80")
    void aWriterThatIgnoresEverythingIsDestroyedAndItsMemoryIsBounded() {
        try (RawClient client = connect(WriteLimit.DEFAULTS.withMaxQueuedBytes(4 * MIB))) {
            long most =
                    fixture.call(() -> {
                        long queued = 0;
                        for (int count = 0; count < 64; count++) {
                            socket.write(new byte[MIB], 0, MIB);
                            queued = Math.max(queued, socket.queuedBytes());
                        }
                        assertThat(socket.isDestroyed()).as("not from inside the call").isFalse();
                        return queued;
                    });
            journal.await("close");
            assertThat(most).isBetween(4L * MIB, 5L * MIB);
            assertThat(journal.lines()).containsExactly("accepted", "error write ENOBUFS", "close");
            assertThat(fixture.<Boolean>call(() -> socket.write(new byte[1]))).isFalse();
            assertThat(client.readEnding())
                    .as("what was cut off is no end")
                    .isEqualTo("Connection reset");
        }
    }

    @Test
    @Tag("X80")
    void aRefusedWriteLeavesNoTraceAndTheWriterGoesOnAfterTheDrain() {
        WriteLimit limit = new WriteLimit(MIB, Policy.REFUSE);
        try (RawClient client = connect(limit)) {
            long taken =
                    fixture.call(() -> {
                        long bytes = 0;
                        boolean[] isRefused = {false};
                        while (!journal.lines().contains("refused ENOBUFS") && bytes < 64 * MIB) {
                            long before = socket.bytesWritten();
                            boolean mayGoOn =
                                    socket.write(
                                            ByteBuffer.wrap(RawClient.pattern(64 * 1024)),
                                            error -> {
                                                if (error != null) {
                                                    journal.add(
                                                            "refused " + SystemError.codeOf(error));
                                                }
                                            });
                            if (socket.bytesWritten() == before) {
                                assertThat(mayGoOn).isFalse();
                                isRefused[0] = true;
                                break;
                            }
                            bytes += 64 * 1024;
                        }
                        assertThat(isRefused[0]).isTrue();
                        return bytes;
                    });
            journal.await("refused ENOBUFS");
            for (long read = 0; read < taken; read += 64 * 1024) {
                assertThat(client.read(64 * 1024)).isEqualTo(RawClient.pattern(64 * 1024));
            }
            journal.await("drain");
            fixture.act(() -> socket.end("the end"));
            assertThat(client.halfClose().readToEnd()).isEqualTo("the end");
            journal.await("close");
            assertThat(journal.lines()).noneMatch(line -> line.startsWith("error"));
        }
    }

    @Test
    @Tag("X80")
    void whatWaitsIsVisibleFromTheMarkToTheLimit() {
        try (RawClient client = connect(WriteLimit.DEFAULTS)) {
            fixture.act(() -> {
                assertThat(socket.writeLimit()).isEqualTo(WriteLimit.DEFAULTS);
                boolean mayGoOn = true;
                while (mayGoOn) {
                    mayGoOn = socket.write(new byte[MIB]);
                }
                assertThat(socket.queuedBytes())
                        .isGreaterThanOrEqualTo(WriteStream.HIGH_WATER_MARK_BYTES);
                socket.writeLimit(WriteLimit.DEFAULTS.withMaxQueuedBytes(0));
                assertThat(socket.write(new byte[MIB])).isFalse();
            });
            journal.await("close");
            assertThat(client.localPort()).isPositive();
        }
    }
}
