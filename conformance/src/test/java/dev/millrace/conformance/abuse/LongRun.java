package dev.millrace.conformance.abuse;

import dev.millrace.conformance.ServerProcess;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code conformance/soak --minutes N [--driver NAME]}: {@code serve} at half of what it can do, by
 * a load that is killed again and again; whether its heap after a full collection, its resident
 * memory, its descriptors or its threads grow (row X57).
 *
 * <pre>
 *   full load: what can it do? ──▶ half load ──kill──▶ quiet: collect, take a sample ─┐
 *                                      ▲                                             │ N minutes
 *                                      └─────────────────────────────────────────────┘
 * </pre>
 */
public final class LongRun {
    private static final Duration FULL_LOAD = Duration.ofSeconds(20);
    private static final int SAMPLES = 30;
    private static final int FEW = 40;
    private static final Duration QUIET_MAX = Duration.ofSeconds(15);
    private static final int TICK_MILLIS = 50;
    private static final double HEAP_MAX_KIB = 1024;
    private static final double RESIDENT_MAX_KIB = 12 * 1024;

    /** The JVM's compilers come and go. */
    private static final double THREADS_MAX = 2;

    private static final double HALF = 0.5;
    private static final Pattern USED =
            Pattern.compile("(?i)(?:def ?new|tenured)[^\\n]*? used (\\d+)K");

    /** What the server holds when it has nothing to do. */
    private record Sample(double heapKib, double residentKib, double descriptors, double threads) {}

    private final ServerProcess server;

    /** What the load prints. */
    private final Path told;

    private final long idleDescriptors;
    private final List<Sample> samples = new ArrayList<>();
    private long requests;
    private long wrong;
    private long seed = 1;

    private LongRun(ServerProcess server, Path told) {
        this.server = server;
        this.told = told;
        this.idleDescriptors = server.descriptors();
    }

    /** See above; {@code arguments}: minutes and the driver's name, perhaps empty. */
    public static void main(String... arguments) throws Exception {
        Duration all = Duration.ofSeconds(Math.round(60 * Double.parseDouble(arguments[0])));
        Path folder = Files.createTempDirectory("millrace-soak");
        Place place = Place.in(folder, 1 << 20);
        Path few = Files.createDirectory(folder.resolve("few"));
        for (int number = 0; number < FEW; number++) {
            Files.createFile(few.resolve("name-" + number));
        }
        Path log = ServerProcess.root().resolve("conformance/target/soak.log");
        Stage stage = new Stage(Scale.FULL, arguments.length > 1 ? arguments[1] : "", place, log);
        boolean isFlat;
        try (ServerProcess server = stage.command("serve")) {
            isFlat = new LongRun(server, folder.resolve(".told")).run(all);
        } finally {
            Abuse.remove(folder);
        }
        System.exit(isFlat ? 0 : 1);
    }

    private boolean run(Duration all) throws IOException, InterruptedException {
        double perSecond = load(0, FULL_LOAD);
        System.out.printf("full load: %.0f requests a second%n", perSecond);
        long end = System.nanoTime() + all.toNanos();
        Duration lap = all.dividedBy(SAMPLES);
        while (System.nanoTime() < end) {
            load(perSecond * HALF, lap);
            Sample sample = sample();
            samples.add(sample);
            System.out.printf(
                    "%2d  %,d requests, heap %.0f KiB, resident %.0f KiB, %.0f descriptors, %.0f threads%n",
                    samples.size(),
                    requests,
                    sample.heapKib,
                    sample.residentKib,
                    sample.descriptors,
                    sample.threads);
        }
        return told();
    }

    /** Loads the server for a while, and kills the load; responses a second, in the second half. */
    private double load(double perSecond, Duration lap) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx128m", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(LongLoad.class.getName());
        command.addAll(List.of("" + server.port(), "" + perSecond, "" + seed++));
        Process load =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .redirectOutput(told.toFile())
                        .start();
        if (load.waitFor(lap.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IOException("the load has ended by itself: " + load.exitValue());
        }
        load.destroyForcibly().waitFor();
        // What it has told of is less than what it did: it is killed between two lines.
        List<String> lines = Files.readAllLines(told);
        if (lines.isEmpty()) {
            return 0;
        }
        requests += number(lines.getLast(), 0);
        wrong += number(lines.getLast(), 1);
        int half = lines.size() / 2;
        long since = number(lines.getLast(), 0) - number(lines.get(half), 0);
        return (double) since / Math.max(1, lines.size() - 1 - half);
    }

    private static long number(String line, int at) {
        return Long.parseLong(line.split(" ")[at]);
    }

    private Sample sample() throws IOException, InterruptedException {
        try (Crowd none = new Crowd(server.port(), 0, TICK_MILLIS)) {
            none.run(QUIET_MAX, () -> server.descriptors() <= idleDescriptors);
        }
        // Twice: what the first finds dead may have held on to more.
        ask("GC.run");
        ask("GC.run");
        Matcher used = USED.matcher(ask("GC.heap_info"));
        double heap = 0;
        while (used.find()) {
            heap += Double.parseDouble(used.group(1));
        }
        return new Sample(heap, server.residentKib(), server.descriptors(), server.threads());
    }

    private String ask(String what) throws IOException, InterruptedException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process asked =
                new ProcessBuilder(jcmd, "" + server.pid(), what).redirectErrorStream(true).start();
        try (InputStream in = asked.getInputStream()) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (asked.waitFor() != 0) {
                throw new IOException("jcmd " + what + ": " + text);
            }
            return text;
        }
    }

    /** Without the first third, in which everything is loaded and compiled. */
    private boolean told() {
        List<Sample> settled = samples.subList(samples.size() / 3, samples.size());
        List<Trend> trends =
                List.of(
                        trend("heap KiB", settled, Sample::heapKib, HEAP_MAX_KIB),
                        trend("resident KiB", settled, Sample::residentKib, RESIDENT_MAX_KIB),
                        trend("descriptors", settled, Sample::descriptors, 1),
                        trend("threads", settled, Sample::threads, THREADS_MAX));
        trends.forEach(System.out::println);
        System.out.printf(
                "%s %,d requests, %d wrong%n", wrong == 0 ? "PASS" : "FAIL", requests, wrong);
        boolean isFlat = wrong == 0 && trends.stream().allMatch(Trend::isFlat);
        System.out.println(isFlat ? "flat" : "not flat");
        return isFlat;
    }

    private static Trend trend(
            String name, List<Sample> samples, Function<Sample, Double> what, double most) {
        return new Trend(name, samples.stream().map(what).toList(), most);
    }
}
