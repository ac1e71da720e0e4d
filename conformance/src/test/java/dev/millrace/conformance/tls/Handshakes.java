package dev.millrace.conformance.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code conformance/tls [--count N] [WORD...]}: handshakes of ours with other programs, a line for
 * each pair. {@code --scan}: what scanners find out about our defaults. {@code --bulk}: a gibibyte
 * each way with a slow reader. Ends with status 1 if a handshake failed or something is weak.
 */
public final class Handshakes {
    private static final int COUNT = 1000;

    private Handshakes() {}

    /** See above. */
    public static void main(String... arguments) throws Exception {
        int count = COUNT;
        List<String> words = List.of(arguments);
        if (words.equals(List.of("--scan"))) {
            int weaknesses = 0;
            for (Scan scan : Scan.values()) {
                weaknesses += scan(scan);
            }
            System.exit(weaknesses == 0 ? 0 : 1);
        }
        if (words.size() > 1 && words.getFirst().equals("--count")) {
            count = Integer.parseInt(words.get(1));
            words = words.subList(2, words.size());
        }
        if (words.equals(List.of("--bulk"))) {
            System.exit(bulk() ? 0 : 1);
        }
        int failures = 0;
        for (Pair pair : Pair.values()) {
            if (isMeant(pair, words)) {
                failures += play(pair, count);
            }
        }
        System.out.println(failures == 0 ? "no failure" : failures + " failures");
        System.exit(failures == 0 ? 0 : 1);
    }

    private static boolean isMeant(Pair pair, List<String> words) {
        String text = pair.toString().toLowerCase(Locale.ROOT);
        return words.stream().allMatch(word -> text.contains(word.toLowerCase(Locale.ROOT)));
    }

    private static int play(Pair pair, int count) throws Exception {
        String name = "%-36s %-22s".formatted(pair.client(), pair.server());
        Optional<String> missing = pair.missing();
        if (missing.isPresent()) {
            System.out.println(name + " skipped: " + missing.get() + " is not there");
            return 0;
        }
        Path folder = Files.createTempDirectory("millrace-tls");
        try (Stage stage = new Stage(folder)) {
            long began = System.nanoTime();
            Tally tally = pair.play(stage, count);
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    "%s %5d handshakes %4d failures %6.1f s  %s%n",
                    name, tally.done() + tally.failures(), tally.failures(), seconds, tally.how());
            tally.told().forEach(text -> System.out.println("    " + text.replace("\n", "\n    ")));
            return tally.failures();
        } finally {
            remove(folder);
        }
    }

    private static int scan(Scan scan) throws Exception {
        if (scan.program().isEmpty()) {
            System.out.println(scan + " skipped: it is not there");
            return 0;
        }
        Path folder = Files.createTempDirectory("millrace-tls");
        try (Stage stage = new Stage(folder)) {
            ScanReport report = scan.of(stage);
            int count = report.weaknesses().size();
            System.out.println(scan + ": " + (count == 0 ? "no" : count) + " weaknesses");
            report.weaknesses().forEach(line -> System.out.println("    FAIL " + line));
            report.summary().forEach(line -> System.out.println("    " + line));
            return count;
        } finally {
            remove(folder);
        }
    }

    private static boolean bulk() throws Exception {
        Path folder = Files.createTempDirectory("millrace-tls");
        try (Stage stage = new Stage(folder)) {
            boolean isFlat = true;
            for (Bulk.Way way : List.<Bulk.Way>of(Bulk::download, Bulk::upload)) {
                Bulk bulk = way.go(stage, Bulk.FULL_BYTES);
                System.out.println((bulk.isFlat() ? "PASS " : "FAIL ") + bulk);
                isFlat &= bulk.isFlat();
            }
            return isFlat;
        } finally {
            remove(folder);
        }
    }

    /** A browser that was killed may still write a file. */
    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
