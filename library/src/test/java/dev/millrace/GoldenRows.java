package dev.millrace;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The rows that golden files prove. A test that is tagged {@code golden:FOLDER} runs every sample
 * of a folder below the test resources, and each heading there ends with the rows of its sample:
 * {@code ## Two chunks [X11 R52]}.
 */
public final class GoldenRows {
    /** Begins the tag of a test that runs the samples of a folder. */
    static final String TAG = "golden:";

    private static final Pattern ROWS = Pattern.compile(".* \\[([A-Z]\\d+( [A-Z]\\d+)*)]");

    /** A row's id in a heading. */
    record Use(String id, String file, int line) {}

    private GoldenRows() {}

    /** The rows that end a heading; what it names in other ways it does not prove. */
    public static List<String> of(String heading) {
        var match = ROWS.matcher(heading);
        return match.matches() ? List.of(match.group(1).split(" ")) : List.of();
    }

    /** A folder of the test resources, as files, also where the classes come out of a jar. */
    public static Path folder(String name) {
        return SourceFile.root().resolve("library/src/test/resources").resolve(name);
    }

    /** Every id in the headings of a folder. */
    static List<Use> in(String folder) {
        List<Use> uses = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder(folder))) {
            for (Path file : files.sorted().toList()) {
                List<String> lines = Files.readAllLines(file);
                for (int at = 0; at < lines.size(); at++) {
                    if (lines.get(at).startsWith("## ")) {
                        String path = "" + SourceFile.root().relativize(file);
                        int line = at + 1;
                        of(lines.get(at)).forEach(id -> uses.add(new Use(id, path, line)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return uses;
    }
}
