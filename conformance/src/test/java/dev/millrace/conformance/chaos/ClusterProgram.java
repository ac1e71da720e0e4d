package dev.millrace.conformance.chaos;

import dev.millrace.cluster.Cluster;
import dev.millrace.cluster.ClusterOptions;
import dev.millrace.cluster.Primary;
import dev.millrace.cluster.Scheduling;
import dev.millrace.cluster.Worker;
import dev.millrace.http.HttpServer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/**
 * The cluster that is maltreated: {@code WORKERS SCHEDULING SOCKET_FILE}. The primary does what its
 * standard input says, {@code reload} or {@code stop}, and what comes by the control socket beside
 * that file, and prints a line for whatever happens; a worker's response names it, and has the path
 * of its request as the body. A primary in its place prints where it does.
 */
final class ClusterProgram {
    static final Duration HEARTBEAT = Duration.ofMillis(500);
    static final Duration FROZEN_LIMIT = Duration.ofSeconds(3);
    static final Duration DRAIN_LIMIT = Duration.ofSeconds(5);

    /** The starttime of proc(5), counted from the state on. */
    private static final int START_FIELD = 19;

    private ClusterProgram() {}

    public static void main(String[] arguments) {
        Loop.run(loop -> {
            if (Cluster.isPrimary()) {
                primary(loop, arguments);
            } else {
                work(Cluster.join(loop), arguments[2]);
            }
        });
    }

    private static void primary(Loop loop, String... arguments) {
        ClusterOptions options =
                ClusterOptions.DEFAULTS
                        .withWorkers(Integer.parseInt(arguments[0]))
                        .withScheduling(Scheduling.valueOf(arguments[1]))
                        .withHeartbeat(HEARTBEAT, FROZEN_LIMIT)
                        .withDrainLimit(DRAIN_LIMIT);
        Primary primary = Cluster.primary(loop, options);
        primary.onMessage((worker, text) -> say(text))
                .onOnline(worker -> say("online " + worker.pid().orElseThrow()))
                .onExit((worker, exit) -> say("exit " + worker.pid().orElse(0)))
                .onError(error -> say("error " + error.getMessage()))
                .control(control(Path.of(arguments[2])));
        say("primary " + ProcessHandle.current().pid());
        Thread.ofPlatform().daemon().start(() -> obey(loop, primary));
    }

    /** The control socket of a cluster that listens on {@code file}. */
    static Path control(Path file) {
        return file.resolveSibling("control");
    }

    private static void obey(Loop loop, Primary primary) {
        try (var lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String command = line;
                loop.execute(() -> obey(primary, command));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void obey(Primary primary, String command) {
        switch (command) {
            case "reload" ->
                    primary.reload()
                            .whenComplete((done, failed) -> say("reloaded " + text(done, failed)));
            case "stop" -> {
                say("dropped " + primary.droppedCount());
                primary.shutdown(DRAIN_LIMIT);
            }
            default -> throw new IllegalArgumentException(command);
        }
    }

    private static Object text(Object done, Throwable failed) {
        Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
        return cause == null ? "ok " + done : "failed " + cause.getMessage();
    }

    private static void work(Worker worker, String file) {
        String pid = String.valueOf(ProcessHandle.current().pid());
        boolean[] hasServed = {false};
        HttpServer server =
                HttpServer.create(
                        worker.loop(),
                        (request, response) -> {
                            response.header("Worker", pid).end(request.path());
                            if (!hasServed[0]) {
                                hasServed[0] = true;
                                worker.send("first " + pid + " " + ageMillis());
                            }
                        });
        server.onListening(() -> worker.send("port " + server.port()));
        server.listen(IpAddress.loopback(0));
        HttpServer.create(worker.loop(), (request, response) -> response.end(pid)).listen(file);
    }

    /**
     * Since this process began, in hundredths of a second (proc(5)). ProcessHandle tells the same
     * from a time of the machine's start that is rounded to a second.
     */
    private static long ageMillis() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            long start = Long.parseLong(fields[START_FIELD]) * 10;
            String up = Files.readString(Path.of("/proc/uptime"));
            return Math.round(Double.parseDouble(up.split(" ")[0]) * 1000) - start;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One write a line: several processes print to one pipe. */
    private static synchronized void say(String text) {
        System.out.print(text + "\n");
        System.out.flush();
    }
}
