package dev.millrace.bench;

import static dev.millrace.bench.MarkdownTable.figure;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From the start of a process to its first right answer, files in the cache, on both CPUs: a start
 * is the one thing for which a JVM's compiler threads count as help.
 */
final class StartupRun {

    private static final int ROUNDS = 11;

    private final Tools tools;
    private final Options options;
    private final Starter starter;
    private final Results results;

    StartupRun(Tools tools, Options options, Starter starter, Results results) {
        this.tools = tools;
        this.options = options;
        this.starter = starter;
        this.results = results;
    }

    private record Start(double readyMillis, double cpuMillis) {}

    void run() throws IOException, InterruptedException {
        List<Peer> peers = new ArrayList<>(starter.peers(Workload.STARTUP, Service.HTTP));
        Map<String, List<Start>> all = new LinkedHashMap<>();
        for (int round = -1; round < options.roundsOr(ROUNDS); round++) {
            for (Peer peer : List.copyOf(peers)) {
                try {
                    Start start = one(peer);
                    if (round >= 0) { // the round before the first warms the file cache
                        all.computeIfAbsent(peer.name(), _ -> new ArrayList<>()).add(start);
                    }
                } catch (LeftOut reason) {
                    starter.leaveOut(reason);
                    peers.remove(peer);
                    all.remove(peer.name());
                }
            }
        }
        results.add(table(all));
    }

    private Start one(Peer peer) throws LeftOut, IOException, InterruptedException {
        Endpoint at = Endpoint.freePort();
        Command server = peer.maker().command(Service.HTTP, at);
        List<String> words =
                new ArrayList<>(List.of(tools.compiled("startup").toString(), at.text()));
        words.addAll(server.words());
        Process process =
                Command.of(words)
                        .with(server.environment())
                        .builder()
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new LeftOut(peer.name() + ": " + output.strip());
        }
        Map<String, Double> said = FlatJson.parse(output);
        return new Start(said.get("ready_ms"), said.get("cpu_ms"));
    }

    private static String table(Map<String, List<Start>> all) {
        MarkdownTable table =
                new MarkdownTable("server", "ready ms", "min-max", "vs node", "CPU ms", "rounds");
        List<Start> node = all.getOrDefault(Peers.NODE, List.of());
        all.forEach((name, starts) -> {
            double[] ms = starts.stream().mapToDouble(Start::readyMillis).sorted().toArray();
            table.row(
                    List.of(
                            name,
                            figure("%.1f", Median.of(ms)),
                            figure("%.0f", ms[0]) + "-" + figure("%.0f", ms[ms.length - 1]),
                            figure("%.2f", Median.ratio(starts, node, Start::readyMillis)),
                            figure("%.0f", Median.of(starts, Start::cpuMillis)),
                            Integer.toString(starts.size())));
        });
        return "### startup%n%nFrom exec to the first right answer, both CPUs, files cached.%n%n%s"
                .formatted(table);
    }
}
