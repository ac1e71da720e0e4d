package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopGroup;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.ServerProcess;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that may have 64 descriptors more, and far more clients than that. */
@Tag("faults")
@Tag("epoll")
@Timeout(120)
class DescriptorShortageTest {
    private static final int SPARE_DESCRIPTORS = 64;

    /** Waiting at once; fewer than the backlog, so that no SYN is lost and sent again. */
    private static final int IN_FLIGHT = 450;

    /** Greets each connection, and keeps it until the client leaves. */
    static final class Greeter {
        public static void main(String[] arguments) throws InterruptedException {
            int loops = Integer.parseInt(arguments[0]);
            if (loops == 1) {
                Loop.run(Greeter::listen);
            } else {
                LoopGroup.start(loops, Greeter::listen).join();
            }
        }

        private static void listen(Loop loop) {
            NetServer server =
                    NetServer.create(
                            loop,
                            socket -> {
                                socket.onData(buffer -> {});
                                socket.write("h");
                            });
            server.onAcceptError(
                    report -> System.out.println(report.failures() + " " + report.shed()));
            server.onListening(() -> System.out.println(server.port()));
            server.listen(IpAddress.loopback(0));
        }
    }

    /** Many clients, each of which is served and stays, or is turned away. */
    private static final class Storm {
        final Queue<Socket> held = new ConcurrentLinkedQueue<>();
        final AtomicInteger finished = new AtomicInteger();
        final Queue<String> surprises = new ConcurrentLinkedQueue<>();

        void run(int port, int count) throws InterruptedException {
            Semaphore inFlight = new Semaphore(IN_FLIGHT);
            try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int number = 0; number < count; number++) {
                    inFlight.acquire();
                    clients.execute(() -> {
                        try {
                            attempt(port);
                        } finally {
                            inFlight.release();
                        }
                    });
                }
            }
        }

        private void attempt(int port) {
            try {
                Socket socket = new Socket();
                socket.setSoTimeout(20_000);
                socket.connect(new InetSocketAddress("127.0.0.1", port), 20_000);
                if (socket.getInputStream().read() == 'h') {
                    held.add(socket);
                } else {
                    finished.incrementAndGet();
                    socket.close();
                }
            } catch (IOException e) {
                surprises.add(e.toString());
            }
        }
    }

    private static void closeAll(Collection<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    @Tag("D4")
    @Tag("D5")
    @Tag("X49")
    @Tag("R33")
    void tenThousandClientsForSixtyFourPlaces() throws Exception {
        double load = storm(1, 10_000);
        assertThat(load).as("of a processor while full").isLessThan(0.05);
    }

    /** The spare descriptor is the process's, and its loops take turns. */
    @Test
    @Tag("D4")
    @Tag("D5")
    @Tag("R33")
    void fourLoopsShareTheSpareDescriptor() throws Exception {
        // To turn away is work, and the faster the clients the more of it; one that spins has 1.
        assertThat(storm(4, 3_000)).isLessThan(0.5);
    }

    /**
     * Has a listener that takes the spare descriptor away when it is told of a shortage, and lets
     * go of it, where no loop sees it, when a client asks; and a second listener.
     */
    static final class Thief {
        private static FileInputStream stolen;

        public static void main(String[] arguments) {
            Loop.run(loop -> {
                NetServer first = greeter(loop, socket -> socket.onData(buffer -> letGo(socket)));
                NetServer second = greeter(loop, socket -> {});
                first.onAcceptError(report -> {
                    first.pause();
                    steal();
                });
                second.onListening(() -> {
                    System.out.println(first.port());
                    System.out.println(second.port());
                });
            });
        }

        private static NetServer greeter(Loop loop, Consumer<NetSocket> onConnection) {
            NetServer server =
                    NetServer.create(
                            loop,
                            socket -> {
                                onConnection.accept(socket);
                                socket.write("h");
                            });
            return server.listen(IpAddress.loopback(0));
        }

        private static void steal() {
            try {
                stolen = new FileInputStream("/dev/null");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            System.out.println("stolen");
        }

        private static void letGo(NetSocket asker) {
            try {
                stolen.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            asker.write("d");
        }
    }

    /** The last descriptor is worth more as the spare one than as a connection. */
    @Test
    @Tag("D4")
    @Tag("D5")
    void whoeverIsAcceptedWithoutASpareDescriptorIsTurnedAwayForIt() throws Exception {
        needPrlimit();
        try (ServerProcess child = new ServerProcess(2, Thief.class)) {
            int second = child.port(1);
            child.limitDescriptors(child.warmUp() + 2);
            Socket client = served(child.port(0));
            try (Socket other = served(child.port(0));
                    Socket surplus = connect(child.port(0))) {
                assertThat(surplus.getInputStream().read()).isEqualTo(-1);
                Kernel.await("the theft", () -> child.lines().contains("stolen"));
                other.getOutputStream().write('c');
                assertThat(other.getInputStream().read()).isEqualTo('d');
                for (int count = 0; count < 3; count++) {
                    try (Socket late = connect(second)) {
                        assertThat(late.getInputStream().read()).isEqualTo(-1);
                    }
                }
                client.close();
                served(second).close();
            }
        }
    }

    /** A class that is read from a folder takes a descriptor, and a failure to read it is final. */
    @Test
    @Tag("D5")
    void aShortageReadsNoClass() throws Exception {
        needPrlimit();
        try (ServerProcess child = new ServerProcess(1, Greeter.class, "1")) {
            int before = child.warmUp();
            int read = child.classesRead().size();
            child.limitDescriptors(before + 1);
            try (Socket served = served(child.port(0));
                    Socket surplus = connect(child.port(0))) {
                assertThat(surplus.getInputStream().read()).isEqualTo(-1);
                Kernel.await("a report", () -> !child.lines().isEmpty());
                served.getOutputStream().write('c');
            }
            child.awaitDescriptors(before);
            served(child.port(0)).close();
            assertThat(read).isPositive();
            List<String> all = child.classesRead();
            assertThat(all.subList(read, all.size())).isEmpty();
        }
    }

    /** Prints how many descriptors are open on /dev/null as loops begin to listen. */
    static final class Listening {
        public static void main(String[] arguments) {
            Loop.run(loop -> {
                print();
                for (int count = 0; count < 3; count++) {
                    NetServer server = NetServer.create(loop, socket -> {});
                    server.listen(IpAddress.loopback(0));
                    server.onListening(() -> {
                        print();
                        server.close();
                    });
                }
            });
            Loop.run(loop -> {
                NetServer server = NetServer.create(loop, socket -> {});
                server.listen(IpAddress.loopback(0)).onListening(server::close);
            });
            print();
        }

        private static void print() {
            System.out.println(Kernel.descriptors("/dev/null").size());
        }
    }

    @Test
    @Tag("A15")
    @Tag("D5")
    void theSpareDescriptorExistsOnceFromTheFirstListenOn() throws Exception {
        List<String> lines =
                ChildJvm.run(ChildJvm.command(Listening.class)).output().lines().toList();
        int before = Integer.parseInt(lines.getFirst());
        assertThat(lines.subList(1, lines.size()))
                .hasSize(4)
                .containsOnly(Integer.toString(before + 1));
    }

    private static void needPrlimit() {
        Path prlimit = ServerProcess.PRLIMIT;
        assumeTrue(System.getenv("CI") != null || Files.isExecutable(prlimit), "needs " + prlimit);
    }

    /** The share of a processor that the server used meanwhile. */
    private static double storm(int loops, int attempts) throws Exception {
        needPrlimit();
        try (ServerProcess child =
                new ServerProcess(loops, Greeter.class, Integer.toString(loops))) {
            int before = child.warmUp();
            child.limitDescriptors(before + SPARE_DESCRIPTORS);
            Storm storm = new Storm();
            long start = System.nanoTime();
            double cpuBefore = child.cpuSeconds();
            storm.run(child.port(0), attempts);
            double cpu = child.cpuSeconds() - cpuBefore;
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat(storm.surprises).as("no reset, no timeout").isEmpty();
            assertThat(storm.held).hasSize(SPARE_DESCRIPTORS);
            assertThat(storm.finished).hasValue(attempts - SPARE_DESCRIPTORS);
            assertThat(seconds).isLessThan(30);
            Kernel.await("a report", () -> !child.lines().isEmpty());
            child.awaitDescriptors(before + SPARE_DESCRIPTORS);
            int turnedAway = servesAtOnceWhatIsFreed(child, storm.held, before + SPARE_DESCRIPTORS);
            if (loops == 1) {
                assertThat(turnedAway).as("there was room for all of them").isZero();
            }
            closeAll(storm.held);
            child.awaitDescriptors(before);
            assertThat(child.lines())
                    .as("one a second and loop")
                    .hasSizeBetween(1, (int) (loops * ((System.nanoTime() - start) / 1e9 + 1)));
            if (loops == 1) {
                Kernel.await("each logged", () -> child.logged().size() == child.lines().size());
            }
            assertThat(child.logged())
                    .allMatch(
                            line -> line.startsWith("WARNING: accept EMFILE: too many open files"));
            return cpu / seconds;
        }
    }

    /** How often a client was turned away though there was room: only siblings may do that. */
    private static int servesAtOnceWhatIsFreed(ServerProcess child, Queue<Socket> held, int full)
            throws Exception {
        int turnedAway = 0;
        List<Long> millis = new ArrayList<>();
        for (int round = 0; round < 9; round++) {
            child.awaitDescriptors(full);
            held.remove().close();
            child.awaitDescriptors(full - 1);
            long start = System.nanoTime();
            Socket socket = connect(child.port(0));
            while (socket.getInputStream().read() != 'h') {
                socket.close();
                turnedAway++;
                socket = connect(child.port(0));
            }
            held.add(socket);
            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        }
        millis.sort(null);
        assertThat(millis.get(millis.size() / 2)).as("ms: %s", millis).isLessThan(100);
        return turnedAway;
    }

    /** Comes again while it is turned away: a client that left may be there still. */
    private static Socket served(int port) throws IOException {
        while (true) {
            Socket socket = connect(port);
            if (socket.getInputStream().read() == 'h') {
                return socket;
            }
            socket.close();
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout((int) Duration.ofSeconds(10).toMillis());
        return socket;
    }
}
