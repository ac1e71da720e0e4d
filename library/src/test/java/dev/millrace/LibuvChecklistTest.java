package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/libuv.md names a test that exists, or a reason, for each of libuv's tests, each once. */
class LibuvChecklistTest {
    private static final String PAGE = "docs/libuv.md";

    /** Roughly what applies of libuv's; a list that shrinks has lost something. */
    private static final int ROWS_MIN = 250;

    private static final Pattern ROW = Pattern.compile("\\| `(\\w+)` \\| ([^|]+) \\| ([^|]*) \\|");
    private static final Pattern NAMED = Pattern.compile("`(\\w+)\\.(\\w+)`");
    private static final Pattern TESTS = Pattern.compile("`\\w+\\.\\w+`(, `\\w+\\.\\w+`)*");
    private static final Pattern REASON =
            Pattern.compile("(not applicable|not so|not done|open): \\S.*");

    @Test
    void everyRowHasATestThatExistsOrAReason() throws IOException {
        Map<String, Set<String>> tests = tests(SourceFile.all());
        List<String> lines = Files.readAllLines(SourceFile.root().resolve(PAGE));
        Finding.expectNone(findings(lines, tests));
        assertThat(lines.stream().filter(line -> ROW.matcher(line).matches()).count())
                .isGreaterThan(ROWS_MIN);
    }

    @Test
    void brokenRowsAreReported() {
        Map<String, Set<String>> tests = Map.of("ATest", Set.of("one"));
        List<String> lines =
                List.of(
                        "| `good` | x | `ATest.one`, `ATest.one` |",
                        "| `reason` | x | not applicable: there is none |",
                        "| `good` | twice | `ATest.one` |",
                        "| `gone` | x | `ATest.two` |",
                        "| `nobody` | x | `BTest.one` |",
                        "| `neither` | x | because |",
                        "| `empty` | x |  |",
                        "| `shape` | x |");
        assertThat(findings(lines, tests))
                .extracting(Finding::line)
                .containsExactly(3, 4, 5, 6, 7, 8);
    }

    private static List<Finding> findings(List<String> lines, Map<String, Set<String>> tests) {
        List<Finding> found = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).startsWith("| `")) {
                continue;
            }
            Matcher row = ROW.matcher(lines.get(i));
            String wrong = row.matches() ? wrong(row, seen, tests) : "a row of another shape";
            if (!wrong.isEmpty()) {
                found.add(new Finding(PAGE, i + 1, wrong, "name a test of ours, or a reason"));
            }
        }
        return found;
    }

    private static String wrong(Matcher row, Set<String> seen, Map<String, Set<String>> tests) {
        String name = row.group(1);
        String ours = row.group(3);
        if (!seen.add(name)) {
            return name + " stands here twice";
        }
        if (!TESTS.matcher(ours).matches()) {
            return REASON.matcher(ours).matches() ? "" : name + " has neither test nor reason";
        }
        Matcher named = NAMED.matcher(ours);
        while (named.find()) {
            if (!tests.getOrDefault(named.group(1), Set.of()).contains(named.group(2))) {
                return "no test " + named.group() + " for " + name;
            }
        }
        return "";
    }

    /** The test methods of every class; those of a contract stand where they are written. */
    private static Map<String, Set<String>> tests(List<SourceFile> files) {
        Map<String, Set<String>> tests = new HashMap<>();
        for (SourceFile file : files) {
            if (file.isTest()) {
                new TreeScanner<Void, String>() {
                    @Override
                    public Void visitClass(ClassTree type, String outer) {
                        return super.visitClass(type, type.getSimpleName().toString());
                    }

                    @Override
                    public Void visitMethod(MethodTree method, String type) {
                        if (isTest(method)) {
                            tests.computeIfAbsent(type, key -> new HashSet<>())
                                    .add(method.getName().toString());
                        }
                        return super.visitMethod(method, type);
                    }
                }.scan(file.tree(), null);
            }
        }
        return tests;
    }

    private static boolean isTest(MethodTree method) {
        return method.getModifiers().getAnnotations().stream()
                .anyMatch(one -> TidyRules.nameOf(one).endsWith("Test"));
    }
}
