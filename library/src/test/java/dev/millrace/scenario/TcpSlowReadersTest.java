package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.WriteStream;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Ends;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A crowd that reads large answers slowly: what waits for it is bounded by the marks. */
class TcpSlowReadersTest {
    private static final int PIECE_BYTES = 16 * 1024;
    private static final int READERS = 50;

    /** Server and readers, all on one loop. */
    private static final class Crowd {
        final Loop loop;
        final int readers;
        final long bytesEach;
        final Set<NetSocket> answering = new HashSet<>();

        /** By one of them. */
        long mostQueued;

        int done;

        Crowd(Loop loop, int readers, long bytesEach) {
            this.loop = loop;
            this.readers = readers;
            this.bytesEach = bytesEach;
        }

        NetServer start(Consumer<NetServer> listening) {
            NetServer server = Ends.server(loop, this::answer);
            return server.listen(IpAddress.loopback(0)).onListening(() -> listening.accept(server));
        }

        private void answer(NetSocket socket) {
            answering.add(socket);
            byte[] piece = new byte[PIECE_BYTES];
            Runnable more =
                    () -> {
                        boolean mayGoOn = true;
                        while (mayGoOn && socket.bytesWritten() < bytesEach) {
                            mayGoOn = socket.write(piece, 0, PIECE_BYTES);
                        }
                        mostQueued = Math.max(mostQueued, socket.queuedBytes());
                        if (socket.bytesWritten() >= bytesEach) {
                            socket.end();
                        }
                    };
            socket.onDrain(more).onError(error -> {}).onClose(() -> answering.remove(socket));
            more.run();
        }

        private void read(NetSocket socket, NetServer server) {
            socket.onBytes(
                            (array, offset, length) -> {
                                socket.pause();
                                loop.setTimeout(Duration.ofMillis(2), socket::resume);
                                return length;
                            })
                    .onEnd(() -> done += socket.bytesRead() == bytesEach ? 1 : 0)
                    .onClose(() -> {
                        if (done == readers) {
                            server.close();
                        }
                    });
        }
    }

    private static Loop onVirtualTime() {
        return DriverLoops.on(new RecordingDriver().withVirtualTime());
    }

    @Test
    @Tag("X52")
    void allGetTheirAnswersAndLittleWaits() {
        Crowd[] crowd = new Crowd[1];
        LoopFixture.run(
                TcpSlowReadersTest::onVirtualTime,
                loop -> {
                    Crowd made = new Crowd(loop, READERS, 1 << 20);
                    crowd[0] = made;
                    made.start(server -> {
                        for (int i = 0; i < READERS; i++) {
                            made.read(Ends.connect(loop, server.address().orElseThrow()), server);
                        }
                    });
                });
        assertThat(crowd[0].done).isEqualTo(READERS);
        assertThat(crowd[0].mostQueued)
                .isBetween(1L, (long) WriteStream.HIGH_WATER_MARK_BYTES + PIECE_BYTES);
    }

    /**
     * A thousand of them, a hundred megabytes each; prints what waited and what the process has.
     */
    static final class Program {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                Crowd crowd = new Crowd(loop, 1_000, 100_000_000);
                crowd.start(server -> {
                    int port = server.port();
                    Thread.ofPlatform().daemon().start(() -> readersThatStall(port, crowd));
                });
            });
        }

        /** Each takes some and then no more; what the server queues for it stays. */
        private static void readersThatStall(int port, Crowd crowd) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < crowd.readers; i++) {
                clients.add(RawClient.connect(port, "127.0.0.1", 4096));
            }
            clients.forEach(client -> client.read(100_000));
            crowd.loop.execute(() -> {
                System.out.println(crowd.answering.size());
                System.out.println(crowd.mostQueued);
                System.out.println(residentKilobytes());
                Runtime.getRuntime().halt(0);
            });
        }

        private static String residentKilobytes() {
            try {
                return Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .map(line -> line.replaceAll("\\D", ""))
                        .findFirst()
                        .orElseThrow();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    @Tag("X52")
    @Tag("faults")
    void aThousandOfThemFitIntoAQuarterOfAGigabyte() throws Exception {
        ChildJvm.Result result = ChildJvm.run(Program.class);
        assertThat(result.status()).as(result.output()).isZero();
        long[] told = result.output().lines().mapToLong(Long::parseLong).toArray();
        assertThat(told[0]).as("all of them are being answered").isEqualTo(1_000);
        assertThat(told[1]).isLessThanOrEqualTo(WriteStream.HIGH_WATER_MARK_BYTES + PIECE_BYTES);
        assertThat(told[2]).as("kilobytes of memory").isLessThan(256_000);
    }
}
