package dev.millrace.conformance.plant;

import dev.millrace.conformance.plant.Planting.Kind;
import dev.millrace.conformance.plant.Planting.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Plants the mistakes of {@code conformance/mistakes}, one at a time, and prints which of them died
 * by which test. The script {@code conformance/plant} says how it is called.
 */
final class Plant {
    private static final int PERCENT_NEEDED = 95;

    private final Path root;
    private final List<String> filters = new ArrayList<>();
    private int jobs = 1;
    private boolean isListOnly;
    private boolean withBaseline = true;

    private Plant(Path root, String[] arguments) {
        this.root = root;
        for (int index = 0; index < arguments.length; index++) {
            switch (arguments[index]) {
                case "--jobs" -> jobs = Integer.parseInt(arguments[++index]);
                case "--list" -> isListOnly = true;
                case "--no-baseline" -> withBaseline = false;
                case "--no-build" -> {} // The script's.
                default -> filters.add(arguments[index]);
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path root = Path.of(System.getProperty("millrace.root")).toAbsolutePath();
        System.exit(new Plant(root, arguments).run());
    }

    private int run() throws Exception {
        List<Mistake> chosen = new ArrayList<>();
        for (Mistake mistake : Mistake.all(root)) {
            if (filters.isEmpty() || filters.stream().anyMatch(mistake::mentions)) {
                chosen.add(mistake);
            }
        }
        if (isListOnly) {
            chosen.forEach(one -> System.out.printf("%-16s %s%n", one.place(), one.title()));
            return 0;
        }
        if (chosen.isEmpty()) {
            System.out.println("no entry fits " + filters);
            return 2;
        }
        Planting planting = new Planting(root, root.resolve("conformance/target/plant"));
        if (withBaseline && !passUnplanted(planting, chosen)) {
            return 2;
        }
        return report(plantAll(planting, chosen));
    }

    /** A test that fails anyhow sees nothing. */
    private boolean passUnplanted(Planting planting, List<Mistake> chosen)
            throws IOException, InterruptedException {
        Map<Surroundings, Set<String>> needed = new LinkedHashMap<>();
        for (Mistake one : chosen) {
            needed.computeIfAbsent(one.surroundings(), around -> new TreeSet<>())
                    .addAll(one.tests());
        }
        boolean isSound = true;
        for (var part : needed.entrySet()) {
            List<String> classes = List.copyOf(part.getValue());
            System.out.println(
                    "without a mistake" + part.getKey() + ": " + classes.size() + " test classes");
            for (String failure : planting.failures(classes, part.getKey())) {
                System.out.println("  " + failure);
                isSound = false;
            }
        }
        return isSound;
    }

    private List<Outcome> plantAll(Planting planting, List<Mistake> chosen)
            throws InterruptedException, ExecutionException {
        List<Outcome> outcomes = new ArrayList<>();
        try (ExecutorService workers = Executors.newFixedThreadPool(jobs)) {
            List<Future<Outcome>> started = new ArrayList<>();
            for (Mistake mistake : chosen) {
                started.add(workers.submit(() -> planting.plant(mistake)));
            }
            for (int index = 0; index < started.size(); index++) {
                Outcome outcome = started.get(index).get();
                Mistake mistake = chosen.get(index);
                System.out.printf(
                        "%-16s %6.1f s  %-14s %s%n%34s%s%n",
                        outcome.kind().words,
                        outcome.seconds(),
                        mistake.place(),
                        mistake.title(),
                        outcome.kind() == Kind.DIED ? "by " : "",
                        outcome.detail());
                outcomes.add(outcome);
            }
        }
        return outcomes;
    }

    private static int report(List<Outcome> outcomes) {
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        outcomes.forEach(one -> counts.merge(one.kind(), 1, Integer::sum));
        int died = counts.getOrDefault(Kind.DIED, 0);
        double percent = 100.0 * died / outcomes.size();
        List<String> parts = new ArrayList<>();
        counts.forEach((kind, count) -> parts.add(count + " " + kind.words));
        System.out.printf(
                "%d planted: %s; %.1f %%%n", outcomes.size(), String.join(", ", parts), percent);
        boolean isFitting =
                !counts.containsKey(Kind.DOES_NOT_APPLY)
                        && !counts.containsKey(Kind.DOES_NOT_COMPILE);
        return isFitting && percent >= PERCENT_NEEDED ? 0 : 1;
    }
}
