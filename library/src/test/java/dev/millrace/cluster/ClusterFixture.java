package dev.millrace.cluster;

import dev.millrace.ipc.ChildOptions;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A primary on a loop of the test's thread, with workers that are JVMs. */
final class ClusterFixture implements AutoCloseable {
    final Loop loop = Loop.create();
    final Journal journal = new Journal();
    final Primary primary;
    private final List<Long> pids = new ArrayList<>();

    ClusterFixture(int workers, Scheduling scheduling, String... arguments) {
        this(options(workers, scheduling, arguments));
    }

    ClusterFixture(ClusterOptions options) {
        primary = Cluster.primary(loop, options);
        primary.onMessage((worker, text) -> journal.add(text));
        primary.onOnline(worker -> {
            pids.add(worker.pid().orElseThrow());
            journal.add("online " + worker.id());
        });
        primary.onExit((worker, exit) -> journal.add("exit " + worker.id()));
        primary.onError(error -> journal.add("error " + error.getMessage()));
    }

    static ClusterOptions options(int workers, Scheduling scheduling, String... arguments) {
        List<String> command = ChildJvm.archived(WorkerProgram.class, arguments);
        return ClusterOptions.DEFAULTS
                .withWorkers(workers)
                .withScheduling(scheduling)
                .withRestartRest(Duration.ofMillis(1))
                .withChild(ChildOptions.DEFAULTS.withCommand(command));
    }

    void until(String what, BooleanSupplier condition) {
        try {
            LoopFixture.pollUntil(loop, what, condition);
        } catch (AssertionError never) {
            throw new AssertionError(
                    never.getMessage() + ", " + primary.workers() + " " + journal.lines(), never);
        }
    }

    void until(String line) {
        until(line + " in " + journal.lines(), () -> journal.count(line) > 0);
    }

    /** What follows {@code prefix} in the first line that begins with it. */
    String said(String prefix) {
        until(prefix, () -> journal.lines().stream().anyMatch(line -> line.startsWith(prefix)));
        return journal.lines().stream()
                .filter(line -> line.startsWith(prefix))
                .findFirst()
                .orElseThrow()
                .substring(prefix.length());
    }

    /** Waits until so many workers have said so. */
    void until(String line, int times) {
        until(line + " " + times, () -> journal.count(line) >= times);
    }

    /** The address that the workers listen on. */
    IpAddress tcp(int workers) {
        return address("tcp", workers);
    }

    /** The address that the servers of a kind listen on. */
    IpAddress address(String kind, int workers) {
        String key = said(kind + " listens ");
        until(kind + " listens " + key, workers);
        return IpAddress.loopback(Integer.parseInt(key.substring(key.lastIndexOf(':') + 1)));
    }

    /** Connects; the number of the worker that has greeted. */
    String greeting(Address address) {
        return greetings(address, 1).getFirst();
    }

    /**
     * Of connections that are made at once: the kernel may give those that come one by one to one.
     */
    List<String> greetings(Address address, int count) {
        List<StringBuilder> texts = Stream.generate(StringBuilder::new).limit(count).toList();
        List<NetSocket> sockets = texts.stream().map(text -> connect(address, text)).toList();
        until("greetings", () -> texts.stream().allMatch(text -> text.indexOf("\n") >= 0));
        sockets.forEach(NetSocket::destroy);
        return texts.stream().map(text -> text.toString().strip()).toList();
    }

    NetSocket connect(Address address, StringBuilder text) {
        return NetSocket.connect(loop, address)
                .onData(data -> text.append(StandardCharsets.UTF_8.decode(data)))
                .onError(error -> text.append(error.getMessage()));
    }

    /** All processes that were ever workers. */
    List<ProcessHandle> processes() {
        return pids.stream().flatMap(pid -> ProcessHandle.of(pid).stream()).toList();
    }

    @Override
    public void close() {
        primary.shutdown(Duration.ZERO);
        until("the end of all workers", () -> primary.workers().isEmpty());
        loop.close();
    }
}
