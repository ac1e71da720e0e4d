package dev.millrace.conformance.abuse;

import dev.millrace.conformance.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * {@code conformance/abuse [--short] [--driver NAME] [NAME...]}: what hostile clients can do to a
 * server, played against the commands. A line a scenario, with each figure and in brackets what it
 * may be. Ends with status 1 if one is too large.
 */
public final class Abuse {
    /** Each is asked for by its name, or by the word in front of the dash with its siblings. */
    enum Scenario {
        SLOW_HEADERS(Slow::headers),
        SLOW_BODIES(Slow::bodies),
        SLOW_RANGES(Slow::ranges),
        SLOW_READS(Slow::reads),
        OVERSIZED(Oversized::play),
        PIPELINE_FILES(Pipeline::files),
        PIPELINE_LISTINGS(Pipeline::listings),
        PIPELINE_HANDLERS(Pipeline::handlers),
        READERS_FILES(Readers::files),
        READERS_HANDLERS(Readers::handlers);

        private final Play play;

        Scenario(Play play) {
            this.play = play;
        }

        List<Figure> play(Stage stage) throws IOException {
            return play.on(stage);
        }

        String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private boolean isMeant(String word) {
            return label().equals(word) || label().startsWith(word + "-");
        }
    }

    /** Plays a scenario. */
    private interface Play {
        List<Figure> on(Stage stage) throws IOException;
    }

    private Abuse() {}

    /** See above. */
    public static void main(String... arguments) throws IOException {
        Scale scale = Scale.FULL;
        String driver = "";
        List<Scenario> wanted = new ArrayList<>();
        for (int at = 0; at < arguments.length; at++) {
            String word = arguments[at];
            if (word.equals("--short")) {
                scale = Scale.SHORT;
            } else if (word.equals("--driver") && at + 1 < arguments.length) {
                driver = arguments[++at];
            } else {
                List<Scenario> meant =
                        Stream.of(Scenario.values()).filter(one -> one.isMeant(word)).toList();
                if (meant.isEmpty()) {
                    System.err.println("abuse: there is no " + word + "; use one of " + names());
                    System.exit(2);
                }
                wanted.addAll(meant);
            }
        }
        boolean isFine = true;
        for (Scenario next : wanted.isEmpty() ? List.of(Scenario.values()) : wanted) {
            isFine &= play(next, scale, driver);
        }
        System.exit(isFine ? 0 : 1);
    }

    private static String names() {
        return String.join(", ", Stream.of(Scenario.values()).map(Scenario::label).toList());
    }

    private static boolean play(Scenario scenario, Scale scale, String driver) throws IOException {
        Path folder = Files.createTempDirectory("millrace-abuse");
        try {
            Path log = ServerProcess.root().resolve("conformance/target/abuse.log");
            Stage stage = new Stage(scale, driver, Place.in(folder, scale.readBytes()), log);
            List<Figure> figures = scenario.play(stage);
            boolean isFine = figures.stream().allMatch(Figure::isFine);
            System.out.printf(
                    "%-4s %-18s %s%n",
                    isFine ? "PASS" : "FAIL",
                    scenario.label(),
                    String.join(", ", figures.stream().map(Figure::toString).toList()));
            return isFine;
        } finally {
            remove(folder);
        }
    }

    static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
