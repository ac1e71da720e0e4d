package dev.millrace.conformance.chaos;

import dev.millrace.testing.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The primary as a process of its own, and all that it has told. */
final class ClusterProcess implements AutoCloseable {
    private final Process primary;

    /** That run now. */
    private final Set<Long> online = ConcurrentHashMap.newKeySet();

    /** That ever ran. */
    private final Set<Long> seen = ConcurrentHashMap.newKeySet();

    /** This one, and those in its place. */
    private final Set<Long> primaries = ConcurrentHashMap.newKeySet();

    /** By process: from its start to its first response. */
    private final Map<Long, Long> firstMillis = new ConcurrentHashMap<>();

    private final Collection<String> told = new ConcurrentLinkedQueue<>();
    private final Set<Long> initial;
    private volatile int port;
    private volatile int listening;
    private volatile int reloads;

    ClusterProcess(int workers, String scheduling, Path file) throws IOException {
        List<String> command =
                ChildJvm.command(
                        ClusterProgram.class, String.valueOf(workers), scheduling, file.toString());
        command.addAll(1, List.of("-Xmx96m", "-XX:-UsePerfData"));
        Path pipe = file.resolveSibling("told");
        run("mkfifo", pipe.toString());
        Thread.ofPlatform().daemon().start(() -> read(pipe));
        primary =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .redirectOutput(pipe.toFile())
                        .start();
        Files.delete(pipe);
        await("a cluster", () -> listening == workers, 60);
        initial = Set.copyOf(seen);
    }

    /**
     * A pipe of our own: that of a {@link Process} is closed when it ends, though one in its place
     * writes there.
     */
    private void read(Path pipe) {
        try (BufferedReader lines = Files.newBufferedReader(pipe)) {
            lines.lines().forEach(this::tell);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tell(String line) {
        String[] words = line.split(" ", 2);
        switch (words[0]) {
            case "port" -> {
                port = Integer.parseInt(words[1]);
                listening++;
            }
            case "primary" -> primaries.add(Long.parseLong(words[1]));
            case "online" -> {
                online.add(Long.parseLong(words[1]));
                seen.add(Long.parseLong(words[1]));
            }
            case "exit" -> online.remove(Long.parseLong(words[1]));
            case "first" -> {
                String[] told = words[1].split(" ");
                firstMillis.put(Long.parseLong(told[0]), Long.parseLong(told[1]));
            }
            case "reloaded" -> {
                reloads++;
                told.add(line);
            }
            default -> told.add(line);
        }
    }

    static void await(String what, BooleanSupplier condition, int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("never in " + seconds + " s: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    void say(String command) {
        try {
            primary.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
            primary.getOutputStream().flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    int port() {
        return port;
    }

    int reloads() {
        return reloads;
    }

    int listeningCount() {
        return listening;
    }

    /** In the order of their processes' numbers. */
    List<Long> online() {
        return List.copyOf(new TreeSet<>(online));
    }

    int seenCount() {
        return seen.size();
    }

    /** From the start of a worker that was not there in the beginning to its first response. */
    List<Long> firstMillis() {
        return firstMillis.entrySet().stream()
                .filter(one -> !initial.contains(one.getKey()))
                .map(Map.Entry::getValue)
                .sorted()
                .toList();
    }

    List<String> told() {
        return List.copyOf(told);
    }

    static void signal(String name, long pid) {
        run("kill", "-" + name, String.valueOf(pid));
    }

    private static void run(String... command) {
        try {
            new ProcessBuilder(command).start().waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void kill() {
        primary.destroyForcibly();
    }

    boolean isAlive() {
        return primary.isAlive();
    }

    /** The workers that still run, whoever knows of them. */
    List<Long> left() {
        return seen.stream()
                .filter(pid -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent())
                .sorted()
                .toList();
    }

    /** What the primary has open besides the files of its JVM. */
    List<String> descriptors() {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> links = Files.list(Path.of("/proc/" + primary.pid() + "/fd"))) {
            for (Path link : links.toList()) {
                String target = target(link);
                if (!target.startsWith("/")) {
                    targets.add(target.replaceFirst(":?\\[.*", ""));
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return targets.stream().sorted().toList();
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException gone) {
            return "/gone";
        }
    }

    @Override
    public void close() {
        primary.destroyForcibly();
        primaries.forEach(ClusterProcess::destroy);
        left().forEach(ClusterProcess::destroy);
    }

    private static void destroy(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
}
