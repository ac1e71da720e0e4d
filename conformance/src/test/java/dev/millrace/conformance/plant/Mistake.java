package dev.millrace.conformance.plant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * A small change of one source file, such as a refactoring could make, and the test classes that
 * must see it. {@code conformance/mistakes} holds them, one text file for a room:
 *
 * <pre>
 * == What is wrong, in a few words
 * file: library/src/main/java/dev/millrace/epoll/EpollSet.java
 * tests: SharedWakeUpsTest, LoopGroupTest
 * rows: D6
 * -- old
 *     the text as it stands, one or more lines, which occurs once
 * -- new
 *     what takes its place, or nothing
 * </pre>
 *
 * <p>{@code driver: nio} runs the tests on the portable driver, {@code faults: yes} those tests as
 * well that are tagged so, and with {@code launched: yes} the command that tests start has the
 * mistake, too. Lines before the first entry that start with {@code #} are comments.
 *
 * @param source the file of the list, without its folder
 * @param line where the entry starts in it
 */
record Mistake(
        String source,
        int line,
        String title,
        Map<String, String> fields,
        String old,
        String fresh) {
    private static final Set<String> NAMES =
            Set.of("file", "tests", "rows", "driver", "faults", "launched");

    /** Where an entry is wrong, and how. */
    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Unreadable(String source, int line, String what) {
            super(source + ":" + line + ": " + what);
        }
    }

    static Path folder(Path root) {
        return root.resolve("conformance/mistakes");
    }

    /** Every entry of every list. */
    static List<Mistake> all(Path root) throws IOException {
        List<Mistake> all = new ArrayList<>();
        try (Stream<Path> lists = Files.list(folder(root))) {
            for (Path list :
                    lists.filter(one -> one.toString().endsWith(".txt")).sorted().toList()) {
                all.addAll(parse(list.getFileName().toString(), Files.readAllLines(list)));
            }
        }
        return all;
    }

    static List<Mistake> parse(String source, List<String> lines) {
        List<Mistake> found = new ArrayList<>();
        int from = nextTitle(lines, 0);
        for (String before : lines.subList(0, from)) {
            if (!before.isBlank() && !before.startsWith("#")) {
                throw new Unreadable(source, lines.indexOf(before) + 1, "an entry starts with ==");
            }
        }
        while (from < lines.size()) {
            int end = nextTitle(lines, from + 1);
            found.add(entry(source, from + 1, lines.subList(from, end)));
            from = end;
        }
        return found;
    }

    private static int nextTitle(List<String> lines, int from) {
        int at = from;
        while (at < lines.size() && !lines.get(at).startsWith("== ")) {
            at++;
        }
        return at;
    }

    private static Mistake entry(String source, int line, List<String> lines) {
        Map<String, String> fields = new LinkedHashMap<>();
        int old = lines.indexOf("-- old");
        int fresh = lines.indexOf("-- new");
        if (old < 0 || fresh < old) {
            throw new Unreadable(source, line, "needs -- old and, behind it, -- new");
        }
        for (String field : lines.subList(1, old)) {
            int colon = field.indexOf(": ");
            if (colon < 0 || !NAMES.contains(field.substring(0, colon))) {
                throw new Unreadable(source, line, "'" + field + "' is none of " + NAMES);
            }
            fields.put(field.substring(0, colon), field.substring(colon + 2).strip());
        }
        String before = text(lines.subList(old + 1, fresh));
        if (before.isEmpty() || !fields.containsKey("file") || !fields.containsKey("tests")) {
            throw new Unreadable(source, line, "needs file, tests and the old text");
        }
        String title = lines.getFirst().substring(3).strip();
        String after = text(lines.subList(fresh + 1, lines.size()));
        return new Mistake(source, line, title, Map.copyOf(fields), before, after);
    }

    /** Blank lines at the end belong to the list, not to the code. */
    private static String text(List<String> lines) {
        int end = lines.size();
        while (end > 0 && lines.get(end - 1).isBlank()) {
            end--;
        }
        return String.join("\n", lines.subList(0, end));
    }

    String file() {
        return fields.get("file");
    }

    /** The module whose code it changes. */
    String module() {
        return file().substring(0, file().indexOf('/'));
    }

    /** Simple names. */
    List<String> tests() {
        return Arrays.stream(fields.get("tests").split(",")).map(String::strip).toList();
    }

    Surroundings surroundings() {
        return new Surroundings(
                "nio".equals(fields.get("driver")),
                "yes".equals(fields.get("faults")),
                "yes".equals(fields.get("launched")));
    }

    boolean mentions(String word) {
        return source.equals(word) || title.contains(word) || fields.toString().contains(word);
    }

    String place() {
        return source + ":" + line;
    }

    /** The file with the mistake in it. */
    String planted(String sourceText) throws DoesNotApply {
        int at = sourceText.indexOf(old);
        if (at < 0) {
            throw new DoesNotApply("the old text is not there");
        }
        if (sourceText.indexOf(old, at + 1) >= 0) {
            throw new DoesNotApply("the old text is there more than once");
        }
        if (old.equals(fresh)) {
            throw new DoesNotApply("the new text is the old one");
        }
        return sourceText.substring(0, at) + fresh + sourceText.substring(at + old.length());
    }

    /** The code is not what the entry believes it to be. */
    static final class DoesNotApply extends Exception {
        private static final long serialVersionUID = 1;

        DoesNotApply(String why) {
            super(why);
        }
    }

    /** Tells {@code wrong} what keeps an entry from being planted, for all of them. */
    static void check(Path root, List<Mistake> mistakes, BiConsumer<Mistake, String> wrong)
            throws IOException {
        TestClasses tests = TestClasses.ofSources(root);
        for (Mistake mistake : mistakes) {
            Path file = root.resolve(mistake.file());
            if (!Files.exists(file)) {
                wrong.accept(mistake, "there is no " + mistake.file());
                continue;
            }
            try {
                mistake.planted(Files.readString(file));
            } catch (DoesNotApply e) {
                wrong.accept(mistake, e.getMessage());
            }
            for (String test : mistake.tests()) {
                TestClasses.TestClass found = tests.find(test);
                if (found == null) {
                    wrong.accept(mistake, "there is no test class " + test);
                } else if (found.module().equals("conformance")
                        && !mistake.surroundings().isLaunched()) {
                    wrong.accept(mistake, test + " starts the command: say 'launched: yes'");
                }
            }
        }
    }
}
