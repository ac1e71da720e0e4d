package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A server of the tests in a process of its own, as /proc shows it. */
public final class ServerProcess implements AutoCloseable {
    /** Sets the limits of another process; of util-linux. */
    public static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

    private static final double TICKS_PER_SECOND = 100;

    private final Path log = Files.createTempFile("millrace-server", ".log");
    private final Path loads = Files.createTempFile("millrace-server", ".classes");
    private final Process process;
    private final List<Integer> ports = new ArrayList<>();
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    /** Starts {@code main}, which prints the ports of its {@code listeners} first. */
    public ServerProcess(int listeners, Class<?> main, String... arguments) throws IOException {
        List<String> command = ChildJvm.command(main, arguments);
        command.add(1, "-Xlog:class+load:file=" + loads);
        process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.to(log.toFile()))
                        .start();
        var output = process.inputReader();
        for (int count = 0; count < listeners; count++) {
            ports.add(Integer.parseInt(output.readLine()));
        }
        Thread.ofVirtual().start(() -> output.lines().forEach(lines::add));
    }

    /** The {@code index}th that it printed. */
    public int port(int index) {
        return ports.get(index);
    }

    /** What it printed after the ports. */
    public Queue<String> lines() {
        return lines;
    }

    /** Fails, with what it wrote to standard error, if it has ended. */
    public void requireAlive() throws IOException {
        assertThat(process.isAlive()).as("ended: %s", Files.readString(log)).isTrue();
    }

    /** The classes that it has read from a folder or a jar so far. */
    public List<String> classesRead() throws IOException {
        return Files.readAllLines(loads).stream()
                .filter(line -> line.contains("source: file:"))
                .toList();
    }

    private Path proc(String name) {
        return Path.of("/proc", Long.toString(process.pid()), name);
    }

    public int descriptors() {
        try (Stream<Path> all = Files.list(proc("fd"))) {
            return (int) all.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Set<Integer> numbers() throws IOException {
        try (Stream<Path> all = Files.list(proc("fd"))) {
            return all.map(one -> Integer.valueOf(one.getFileName().toString()))
                    .collect(Collectors.toSet());
        }
    }

    /** Waits; a loop that logs may have the spare descriptor just now. */
    public void awaitDescriptors(int count) {
        Kernel.await(count + " descriptors", () -> descriptors() == count);
    }

    /** Processor time so far: utime and stime, fields 14 and 15 of proc(5). */
    public double cpuSeconds() throws IOException {
        requireAlive();
        String stat = Files.readString(proc("stat"));
        String[] field = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(field[11]) + Long.parseLong(field[12])) / TICKS_PER_SECOND;
    }

    /** What it wrote to standard error, but for the headings of log records. */
    public List<String> logged() {
        try {
            return Files.readAllLines(log).stream()
                    .filter(line -> !line.endsWith("dev.millrace.loop.AcceptBackoff log"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * So that it may have {@code most} in all. The kernel limits their numbers: one that lies
     * beyond stays open, and each that is free below may be taken. The hard limit as well: the JVM
     * lifts the soft one.
     */
    public void limitDescriptors(int most) throws IOException, InterruptedException {
        Set<Integer> open = numbers();
        int max = 0;
        for (int free = most - open.size(); free > 0 || open.contains(max); max++) {
            free -= open.contains(max) ? 0 : 1;
        }
        String limit = "--nofile=" + max + ":" + max;
        List<String> command =
                List.of(PRLIMIT.toString(), "--pid", Long.toString(process.pid()), limit);
        assertThat(ChildJvm.run(command)).isEqualTo(new ChildJvm.Result(0, ""));
    }

    /** Is greeted a few times, so that whatever is opened once is open; its descriptors then. */
    public int warmUp() {
        int port = port(0);
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
        Files.delete(loads);
    }
}
