package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.driver.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopGroup;
import dev.millrace.net.NetServer;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.RawClient;
import java.io.IOException;
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
import java.util.stream.Stream;
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

    private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");
    private static final double TICKS_PER_SECOND = 100;

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
            server.onListening(() -> System.out.println("port " + server.port()));
            server.listen(IpAddress.loopback(0));
        }
    }

    /** The child, as /proc shows it. */
    private static final class Child implements AutoCloseable {
        private final Process process;
        private final int port;
        private final Queue<String> reports = new ConcurrentLinkedQueue<>();
        private final Path log = Files.createTempFile("millrace-shortage", ".log");

        Child(int loops) throws IOException {
            process =
                    new ProcessBuilder(ChildJvm.command(Greeter.class, Integer.toString(loops)))
                            .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
                            .start();
            var output = process.inputReader();
            String line = "";
            for (int count = 0; count < loops; count++) {
                line = output.readLine();
            }
            port = Integer.parseInt(line.substring("port ".length()));
            Thread.ofVirtual().start(() -> output.lines().forEach(reports::add));
        }

        private Path proc(String name) {
            return Path.of("/proc", Long.toString(process.pid()), name);
        }

        int descriptors() {
            try (Stream<Path> all = Files.list(proc("fd"))) {
                return (int) all.count();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        /** Processor time so far: utime and stime, fields 14 and 15 of proc(5). */
        double cpuSeconds() throws IOException {
            String stat = Files.readString(proc("stat"));
            String[] field = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(field[11]) + Long.parseLong(field[12])) / TICKS_PER_SECOND;
        }

        /** Lines that the logger wrote; any other one is of an error. */
        List<String> logged() throws IOException {
            return Files.readAllLines(log).stream()
                    .filter(line -> !line.endsWith("dev.millrace.loop.AcceptRest log"))
                    .toList();
        }

        /** The hard limit as well: the JVM lifts the soft one. */
        void limit(int descriptors) throws IOException, InterruptedException {
            String limit = "--nofile=" + descriptors + ":" + descriptors;
            List<String> command =
                    List.of(PRLIMIT.toString(), "--pid", Long.toString(process.pid()), limit);
            assertThat(ChildJvm.run(command)).isEqualTo(new ChildJvm.Result(0, ""));
        }

        /** Serves a few, so that whatever is opened once is open. */
        int warmUp() {
            for (int count = 0; count < 20; count++) {
                try (RawClient client = RawClient.connect(port)) {
                    client.read(1);
                }
            }
            Kernel.await(
                    "no connection left",
                    () ->
                            Kernel.tcp().stream()
                                    .filter(one -> one.localPort() == port && one.inode() != 0)
                                    .allMatch(one -> one.state() == Kernel.LISTEN));
            return descriptors();
        }

        @Override
        public void close() throws IOException {
            process.destroyForcibly();
            Files.delete(log);
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
        assertThat(storm(4, 3_000)).isLessThan(0.2);
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

    /** The share of a processor that the server used meanwhile. */
    private static double storm(int loops, int attempts) throws Exception {
        assumeTrue(System.getenv("CI") != null || Files.isExecutable(PRLIMIT), "needs " + PRLIMIT);
        try (Child child = new Child(loops)) {
            int before = child.warmUp();
            child.limit(before + SPARE_DESCRIPTORS);
            Storm storm = new Storm();
            long start = System.nanoTime();
            double cpuBefore = child.cpuSeconds();
            storm.run(child.port, attempts);
            double cpu = child.cpuSeconds() - cpuBefore;
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat(child.process.isAlive()).isTrue();
            assertThat(storm.surprises).as("no reset, no timeout").isEmpty();
            assertThat(storm.held).hasSize(SPARE_DESCRIPTORS);
            assertThat(storm.finished).hasValue(attempts - SPARE_DESCRIPTORS);
            assertThat(seconds).isLessThan(30);
            assertThat(child.descriptors()).isEqualTo(before + SPARE_DESCRIPTORS);
            assertThat(child.reports)
                    .as("one a second and loop")
                    .hasSizeBetween(1, (int) (loops * (seconds + 1)));
            assertThat(child.logged())
                    .hasSameSizeAs(child.reports)
                    .allMatch(
                            line -> line.startsWith("WARNING: accept EMFILE: too many open files"));
            servesAtOnceWhatIsFreed(child, storm.held);
            closeAll(storm.held);
            Kernel.await("all descriptors back", () -> child.descriptors() == before);
            return cpu / seconds;
        }
    }

    private static void servesAtOnceWhatIsFreed(Child child, Queue<Socket> held) throws Exception {
        List<Long> millis = new ArrayList<>();
        for (int round = 0; round < 9; round++) {
            int full = child.descriptors();
            held.remove().close();
            Kernel.await("a free descriptor", () -> child.descriptors() < full);
            long start = System.nanoTime();
            Socket socket = new Socket("127.0.0.1", child.port);
            socket.setSoTimeout((int) Duration.ofSeconds(10).toMillis());
            assertThat(socket.getInputStream().read()).isEqualTo('h');
            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            held.add(socket);
        }
        millis.sort(null);
        assertThat(millis.get(millis.size() / 2)).as("ms: %s", millis).isLessThan(100);
    }
}
