package dev.millrace.bench;

import static dev.millrace.bench.MarkdownTable.figure;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a connection costs that has made one round trip and is then silent. Fresh servers in every
 * round.
 */
final class IdleRun {

    private static final int ROUNDS = 3;
    private static final double WARM_SECONDS = 3;
    private static final long SETTLE_MILLIS = 500;
    private static final double IDLE_SECONDS = 2;
    private static final int MESSAGE_BYTES = 64;

    private final Layout layout;
    private final Tools tools;
    private final Options options;
    private final Load load;
    private final Starter starter;
    private final Results results;

    IdleRun(
            Layout layout,
            Tools tools,
            Options options,
            Load load,
            Starter starter,
            Results results) {
        this.layout = layout;
        this.tools = tools;
        this.options = options;
        this.load = load;
        this.starter = starter;
        this.results = results;
    }

    /** Growth in bytes per connection; {@code heap} is NaN where there is no JVM. */
    private record Growth(
            double resident,
            double collected,
            double heap,
            double acceptMicros,
            double idlePercent,
            int open) {}

    private record State(long resident, long heap) {}

    void run() throws IOException, InterruptedException {
        for (Service service : List.of(Service.ECHO, Service.HTTP)) {
            Map<String, List<Growth>> all = new LinkedHashMap<>();
            for (int round = 0; round < Math.min(options.roundsOr(ROUNDS), ROUNDS); round++) {
                for (Peer peer : starter.peers(Workload.IDLE, service)) {
                    try {
                        Growth growth = one(peer, service);
                        all.computeIfAbsent(peer.name(), _ -> new ArrayList<>()).add(growth);
                        System.err.printf(
                                "  idle %s round %d: %s %s%n",
                                service, round + 1, peer.name(), growth);
                    } catch (LeftOut reason) {
                        starter.leaveOut(reason);
                    } catch (
                            NoSuchFileException
                                    ended) { // a process that has ended has no files in /proc
                        starter.leaveOut(new LeftOut(peer.name() + ": ended during the run"));
                    }
                }
            }
            results.add(table(service, all));
        }
    }

    private Growth one(Peer peer, Service service)
            throws LeftOut, IOException, InterruptedException {
        Contender contender = starter.start(peer, Workload.IDLE, service);
        try (ServerProcess server = contender.process()) {
            Variant warm = new Variant("warm", 64, MESSAGE_BYTES, 1);
            new Window(100).take(server, load.exact(contender, service, warm, WARM_SECONDS));
            Thread.sleep(SETTLE_MILLIS);
            return grow(contender, service, state(server));
        }
    }

    private Growth grow(Contender contender, Service service, State before)
            throws LeftOut, IOException, InterruptedException {
        ServerProcess server = contender.process();
        ProcFs.Cpu cpu = ProcFs.cpu(server.pids());
        Process hold = hold(contender, service).builder().redirectErrorStream(true).start();
        try (BufferedReader said =
                new BufferedReader(new InputStreamReader(hold.getInputStream()))) {
            String ready = said.readLine();
            if (!"ready".equals(ready)) {
                throw new LeftOut(server.name() + ": " + ready);
            }
            double accepted = ProcFs.cpu(server.pids()).nanosSince(cpu);
            Thread.sleep(SETTLE_MILLIS);
            long resident = ProcFs.residentBytes(server.pids());
            State after = state(server);
            ProcFs.Cpu quiet = ProcFs.cpu(server.pids());
            Thread.sleep((long) (IDLE_SECONDS * 1000));
            double idle = ProcFs.cpu(server.pids()).nanosSince(quiet);
            hold.getOutputStream().close();
            int n = options.idleConnections();
            return new Growth(
                    (double) (resident - before.resident()) / n,
                    (double) (after.resident() - before.resident()) / n,
                    server.peer().jvm() ? (double) (after.heap() - before.heap()) / n : Double.NaN,
                    accepted / n / 1e3,
                    idle / IDLE_SECONDS / 1e7,
                    Integer.parseInt(said.readLine().strip()));
        } finally {
            hold.destroyForcibly();
        }
    }

    private Command hold(Contender contender, Service service)
            throws LeftOut, IOException, InterruptedException {
        byte[] request = service == Service.ECHO ? new byte[MESSAGE_BYTES] : Requests.get();
        int answer = service == Service.ECHO ? MESSAGE_BYTES : contender.answerBytes();
        Path file = Requests.file(layout, "request-idle-" + service, request);
        return Command.of(
                        tools.compiled("hold").toString(),
                        Integer.toString(options.idleConnections()),
                        file.toString(),
                        Integer.toString(answer),
                        contender.process().at().text())
                .pinnedTo(ServerProcess.LOAD_CPU);
    }

    /** A JVM collects before it is asked; others have nothing to collect. */
    private static State state(ServerProcess server) throws IOException, InterruptedException {
        long heap = 0;
        if (server.peer().jvm()) {
            heap = JvmHeap.liveBytes(server.pid());
            Thread.sleep(SETTLE_MILLIS);
        }
        return new State(ProcFs.residentBytes(server.pids()), heap);
    }

    private String table(Service service, Map<String, List<Growth>> all) {
        MarkdownTable table =
                new MarkdownTable(
                        "server",
                        "RSS B/conn",
                        "after GC",
                        "heap B/conn",
                        "accept us/conn",
                        "CPU % idle",
                        "open");
        all.forEach((name, rounds) ->
                table.row(
                        List.of(
                                name,
                                figure("%,.0f", Median.of(rounds, Growth::resident)),
                                figure("%,.0f", Median.of(rounds, Growth::collected)),
                                figure("%,.0f", Median.of(rounds, Growth::heap)),
                                figure("%.1f", Median.of(rounds, Growth::acceptMicros)),
                                figure("%.2f", Median.of(rounds, Growth::idlePercent)),
                                figure("%.0f", Median.of(rounds, Growth::open)))));
        String head = "### idle %s, %,d connections%n%n";
        String note =
                "Growth after one round trip on each; JVMs: heap after a full collection.%n%n%s";
        return (head + note)
                .formatted(service.name().toLowerCase(), options.idleConnections(), table);
    }
}
