package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * docs/behaviours.md and the tests agree: a done row has a test tagged with its id, a tag has such
 * a row.
 */
class BehavioursTest {

    private static final String TABLE = "docs/behaviours.md";
    private static final Pattern ROW = Pattern.compile("\\| ([A-Z]\\d+) \\| (\\w+) \\| (.+) \\|");
    private static final Pattern ID = Pattern.compile("[A-Z]\\d+");
    private static final Set<String> STATES = Set.of("done", "partly", "open", "impossible", "out");
    private static final Set<String> PROVEN = Set.of("done", "partly");

    /** The section that names the rows which only epoll holds, and what begins the next one. */
    private static final String NOT_ON_NIO = "## Not on NIO";

    private static final Pattern EXCEPTION = Pattern.compile("- ([A-Z]\\d+): \\S.*");

    /** The last number of every group: a row may change its state, but never disappear. */
    private static final Map<String, Integer> GROUPS =
            Map.ofEntries(
                    Map.entry("A", 17),
                    Map.entry("B", 16),
                    Map.entry("C", 18),
                    Map.entry("D", 10),
                    Map.entry("E", 10),
                    Map.entry("F", 11),
                    Map.entry("G", 16),
                    Map.entry("H", 21),
                    Map.entry("I", 22),
                    Map.entry("J", 24),
                    Map.entry("K", 7),
                    Map.entry("L", 7),
                    Map.entry("M", 6),
                    Map.entry("R", 62),
                    Map.entry("X", 108));

    /** One row, or one use of a row's id. */
    private record Row(String id, String state, int line) {}

    private record Proof(String id, String file, int line, boolean isOfEpoll) {}

    @Test
    void theTableIsWellFormedAndComplete() throws IOException {
        List<Finding> found = new ArrayList<>();
        Map<String, Row> rows = rows(table(), found);
        GROUPS.forEach((group, last) -> {
            var missing =
                    IntStream.rangeClosed(1, last)
                            .mapToObj(number -> group + number)
                            .filter(id -> !rows.containsKey(id))
                            .toList();
            if (!missing.isEmpty()) {
                found.add(new Finding(TABLE, 1, "rows missing: " + missing, "put them back"));
            }
        });
        Finding.expectNone(found);
    }

    @Test
    void doneRowsAreProvenAndProvenRowsAreDone() throws IOException {
        Map<String, Row> rows = rows(table(), new ArrayList<>());
        Finding.expectNone(disagreements(rows, proofs(SourceFile.all())));
    }

    /** Tests tagged {@code epoll} don't run on NIO (library/pom.xml). */
    @Test
    @Tag("A17")
    void whatDoesNotHoldOnNioIsSaidAndNothingElse() throws IOException {
        Finding.expectNone(exceptions(table(), proofs(SourceFile.all())));
    }

    @Test
    void wrongExceptionsOfNioAreReported() {
        String test =
                """
                @Tag("epoll") class XTest {
                    @Tag("A1") @Test void alone() {}
                    @Tag("A2") @Test void unsaid() {}
                }
                class YTest {
                    @Tag("A3") @Test void everywhere() {}
                    @Tag("A3") @Tag("epoll") @Test void here() {}
                    @Tag("epoll") @Tag("A4") @Test void said() {}
                }
                """;
        var proofs = proofs(List.of(SourceFile.of("library/src/test/java/XTest.java", test)));
        var found =
                exceptions(
                        List.of(
                                "- A2: outside the section",
                                NOT_ON_NIO,
                                "- A1: a reason",
                                "- A3: a reason",
                                "- A4: a reason",
                                "- A5:"),
                        proofs);
        assertThat(found).hasSize(3);
        assertThat(found.toString()).contains("A2 is proven on epoll alone", "A3", "line shape");
    }

    @Test
    void brokenTablesAreReported() {
        List<Finding> found = new ArrayList<>();
        var rows =
                rows(
                        List.of(
                                "| A1 | done | x |",
                                "| A1 | open | x |",
                                "| A2 | finished | x |",
                                "| A3 |"),
                        found);
        assertThat(rows).containsOnlyKeys("A1", "A2");
        assertThat(found).extracting(Finding::line).containsExactly(2, 3, 4);
    }

    @Test
    void disagreementsAreReported() {
        var rows =
                rows(
                        List.of("| A1 | done | x |", "| A2 | open | x |", "| A3 | partly | x |"),
                        new ArrayList<>());
        String test =
                """
                class XTest {
                    @Tag("A2") @Test void early() {}
                    @Tag("A3") @Tag("faults") @Test void fine() {}
                    @Tag("Q7") @Test void unknown() {}
                    @Disabled @Tag("A1") @Test void asleep() {}
                    // @Tag("A1") in a comment proves nothing
                }
                """;
        var found =
                disagreements(
                        rows,
                        proofs(List.of(SourceFile.of("library/src/test/java/XTest.java", test))));
        assertThat(found).extracting(Finding::rule).hasSize(3);
        assertThat(found.toString()).contains("A1 is done", "A2 is open", "Q7");
    }

    @Test
    void headingsOfGoldenFilesProveWhenATestRunsThem() {
        String test =
                """
                class XTest {
                    @Tag("golden:http/request") @Test void runs() {}
                }
                """;
        assertThat(proofs(List.of(SourceFile.of("library/src/test/java/XTest.java", test))))
                .extracting(Proof::id)
                .contains("X11", "R52")
                .as("named in parentheses")
                .doesNotContain("X41");
        String asleep = test.replace("@Test", "@Disabled @Test");
        assertThat(proofs(List.of(SourceFile.of("library/src/test/java/XTest.java", asleep))))
                .isEmpty();
    }

    private static List<String> table() throws IOException {
        return Files.readAllLines(SourceFile.root().resolve(TABLE));
    }

    private static Map<String, Row> rows(List<String> lines, List<Finding> found) {
        Map<String, Row> rows = new TreeMap<>();
        for (int i = 0; i < lines.size(); i++) {
            int line = i + 1;
            String text = lines.get(i);
            var match = ROW.matcher(text);
            if (match.matches()) {
                var row = new Row(match.group(1), match.group(2), line);
                if (!STATES.contains(row.state())) {
                    found.add(
                            new Finding(
                                    TABLE,
                                    line,
                                    "unknown state " + row.state(),
                                    "use one of " + STATES));
                }
                if (rows.putIfAbsent(row.id(), row) != null) {
                    found.add(
                            new Finding(
                                    TABLE,
                                    line,
                                    "row " + row.id() + " stands here twice",
                                    "keep one"));
                }
            } else if (text.matches("\\| *[A-Z]\\d+ *\\|.*")) {
                found.add(
                        new Finding(
                                TABLE,
                                line,
                                "a row of another shape",
                                "write | A1 | done | text |"));
            }
        }
        return rows;
    }

    private static List<Finding> disagreements(Map<String, Row> rows, List<Proof> proofs) {
        List<Finding> found = new ArrayList<>();
        for (Proof proof : proofs) {
            Row row = rows.get(proof.id());
            if (row == null) {
                found.add(
                        new Finding(
                                proof.file(),
                                proof.line(),
                                "tag " + proof.id() + " names no row of " + TABLE,
                                "correct the id"));
            } else if (!PROVEN.contains(row.state())) {
                found.add(
                        new Finding(
                                proof.file(),
                                proof.line(),
                                "tag "
                                        + proof.id()
                                        + ", but row "
                                        + row.id()
                                        + " is "
                                        + row.state()
                                        + " in "
                                        + TABLE,
                                "mark the row done or partly, or take the tag away"));
            }
        }
        for (Row row : rows.values()) {
            if (row.state().equals("done")
                    && proofs.stream().noneMatch(proof -> proof.id().equals(row.id()))) {
                found.add(
                        new Finding(
                                TABLE,
                                row.line(),
                                "row " + row.id() + " is done, but no test is tagged with it",
                                "tag the test that proves it, or call the row open"));
            }
        }
        return found;
    }

    private static List<Finding> exceptions(List<String> lines, List<Proof> proofs) {
        Set<String> everywhere = new TreeSet<>();
        Set<String> onEpollAlone = new TreeSet<>();
        proofs.forEach(proof -> (proof.isOfEpoll() ? onEpollAlone : everywhere).add(proof.id()));
        onEpollAlone.removeAll(everywhere);
        List<Finding> found = new ArrayList<>();
        Set<String> said = new TreeSet<>();
        int section = lines.indexOf(NOT_ON_NIO);
        for (int at = section + 1; at < lines.size() && !lines.get(at).startsWith("## "); at++) {
            var match = EXCEPTION.matcher(lines.get(at));
            if (match.matches()) {
                said.add(match.group(1));
                if (!onEpollAlone.contains(match.group(1))) {
                    String problem = match.group(1) + " has a test that runs on NIO, or none";
                    found.add(new Finding(TABLE, at + 1, problem, "take the line away"));
                }
            } else if (lines.get(at).startsWith("- ")) {
                found.add(new Finding(TABLE, at + 1, "line shape", "write - A1: reason"));
            }
        }
        onEpollAlone.removeAll(said);
        for (String id : onEpollAlone) {
            String problem = id + " is proven on epoll alone";
            String remedy = "give the reason below " + NOT_ON_NIO + ", or a test for NIO";
            found.add(new Finding(TABLE, section + 1, problem, remedy));
        }
        return found;
    }

    /** Every id that a running test, a class of tests or a golden sample of one carries. */
    private static List<Proof> proofs(List<SourceFile> files) {
        List<Proof> proofs = new ArrayList<>();
        for (SourceFile file : files) {
            if (file.isTest()) {
                new TreeScanner<Void, Void>() {
                    private boolean isOfEpoll;

                    @Override
                    public Void visitClass(ClassTree type, Void unused) {
                        visit(type.getModifiers(), () -> super.visitClass(type, null));
                        return null;
                    }

                    @Override
                    public Void visitMethod(MethodTree method, Void unused) {
                        visit(method.getModifiers(), () -> super.visitMethod(method, null));
                        return null;
                    }

                    private void visit(ModifiersTree modifiers, Runnable inside) {
                        boolean isOuterOfEpoll = isOfEpoll;
                        isOfEpoll |= tags(modifiers).contains("epoll");
                        if (!isDisabled(modifiers)) {
                            inside.run();
                        }
                        isOfEpoll = isOuterOfEpoll;
                    }

                    @Override
                    public Void visitAnnotation(AnnotationTree annotation, Void unused) {
                        String id = tag(annotation);
                        if (ID.matcher(id).matches()) {
                            int line = file.firstLine(annotation);
                            proofs.add(new Proof(id, file.path(), line, isOfEpoll));
                        }
                        if (id.startsWith(GoldenRows.TAG)) {
                            GoldenRows.in(id.substring(GoldenRows.TAG.length()))
                                    .forEach(use ->
                                            proofs.add(
                                                    new Proof(
                                                            use.id(),
                                                            use.file(),
                                                            use.line(),
                                                            isOfEpoll)));
                        }
                        return super.visitAnnotation(annotation, unused);
                    }
                }.scan(file.tree(), null);
            }
        }
        return proofs;
    }

    private static List<String> tags(ModifiersTree modifiers) {
        return modifiers.getAnnotations().stream().map(BehavioursTest::tag).toList();
    }

    /** What a {@code @Tag} says; empty for another annotation. */
    private static String tag(AnnotationTree annotation) {
        if (!TidyRules.nameOf(annotation).equals("Tag")) {
            return "";
        }
        String argument = annotation.getArguments().getFirst().toString();
        return argument.replaceAll("^(value = )?\"|\"$", "");
    }

    private static boolean isDisabled(ModifiersTree modifiers) {
        return modifiers.getAnnotations().stream()
                .anyMatch(one -> TidyRules.nameOf(one).equals("Disabled"));
    }
}
