package dev.millrace;

import static java.lang.reflect.AccessFlag.PUBLIC;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ExportsTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.lang.model.element.Modifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The house rules a machine can check, over every source file; the rules are {@link TidyRules}. */
class TidyTest {

    static Set<String> rules() {
        return TidyRules.all().keySet();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void everySourceFileIsTidy(String rule) {
        List<Finding> found = new ArrayList<>();
        SourceFile.all().forEach(file -> found.addAll(TidyRules.all().get(rule).apply(file)));
        Finding.expectNone(found);
    }

    @Test
    void everyAllowanceOfRealTimeIsNeeded() {
        assertThat(RealTime.unused(SourceFile.all())).isEmpty();
    }

    /**
     * A user who imports our whole module beside java.base's must be able to name every type of
     * ours.
     */
    @Test
    void exportedTypesDoNotHideTypesOfTheJdk() throws IOException {
        Finding.expectNone(hiding(exportedTypes(SourceFile.all()), jdkTypes()));
    }

    @Test
    void theSourcesAreFoundAtAll() {
        assertThat(SourceFile.all())
                .extracting(SourceFile::path)
                .contains("library/src/main/java/module-info.java");
    }

    // From here on: a check that cannot fail is no check.

    private static final String TEST = "library/src/test/java/dev/millrace/XTest.java";
    private static final String MAIN = "library/src/main/java/dev/millrace/net/X.java";

    @ParameterizedTest
    @MethodSource("rules")
    void everyRuleFindsWhatBreaksItAndNothingElse(String rule) {
        var check = TidyRules.all().get(rule);
        assertThat(check.apply(bad(rule))).as("in a bad file").hasSize(1);
        assertThat(check.apply(good(rule))).as("in a good file").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "loop.setTimeout(Duration.ofMillis(20), run)",
                "loop.setTimeout(SOON, run)",
                "loop.setTimeout(SOON.multipliedBy(3), run)",
                "loop.setTimeout(late ? SOON : Duration.ZERO, run)",
                "loop.setTimeout(Duration.ofSeconds(9), run)",
                "Duration d = Duration.ofNanos(5); timer.start(d, run)",
                "timer.start(SOON, run)",
                "LockSupport.parkNanos(1)",
                "CompletableFuture.delayedExecutor(1, TimeUnit.DAYS)",
                "Executors.newScheduledThreadPool(1)",
                "latch.await(50, TimeUnit.MILLISECONDS)",
                "queue.poll(1, SECONDS)",
                "driver.poll(20_000_000, run)",
                "thread.join(SOON)",
                "lock.wait(10)",
                "while (System.nanoTime() - from < 20_000_000) {}",
                "for (long from = now(); now() - from < 5;) {}",
                "until(() -> System.nanoTime() >= end)",
            })
    void everyWayToWaitForTimeIsFound(String statement) {
        assertThat(TidyRules.sleeps(waiting("", statement))).hasSize(1);
        assertThat(TidyRules.sleeps(waiting("other.withVirtualTime();", statement)))
                .as("only timers of the loop are virtual")
                .hasSize(statement.matches(".*(setTimeout|start)\\(.*") ? 0 : 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "loop.setTimeout(Duration.ZERO, run)",
                "loop.setTimeout(Duration.ofHours(1), run)",
                "loop.setTimeout(Duration.ofSeconds(LoopFixture.DEADLINE_SECONDS), run)",
                "loop.setInterval(Duration.ofMillis(5), run)",
                "timer.start(LONG, run)",
                "signal.start(\"USR1\", run)",
                "latch.await(10, TimeUnit.SECONDS)",
                "latch.await()",
                "list.get(3)",
                "journal.await(\"line\", 2)",
                "driver.poll(0, run)",
                "driver.poll(-1, run)",
                "while (!isOver && System.nanoTime() - from < 20_000_000) {}",
            })
    void whatWaitsForAnEventIsNotFound(String statement) {
        assertThat(TidyRules.sleeps(waiting("", statement))).isEmpty();
    }

    private static SourceFile waiting(String before, String statement) {
        return SourceFile.of(
                TEST,
                "class XTest { Duration SOON = Duration.ofMillis(3), LONG = Duration.ofHours(1);"
                        + "@Test void x() { "
                        + before
                        + statement
                        + (statement.endsWith("}") ? "}}" : ";}}"));
    }

    private static SourceFile bad(String rule) {
        return switch (rule) {
            case "file-length" ->
                    SourceFile.of(MAIN, "class X {\n" + "int x;\n".repeat(299) + "}\n");
            case "method-length" ->
                    SourceFile.of(MAIN, "class X {\n  void x() {\n" + "\n".repeat(59) + "}}");
            case "line-length" -> SourceFile.of(MAIN, "// " + "x".repeat(108) + "\nclass X {}");
            case "type-name" -> SourceFile.of(MAIN, "class X { record NameHelper() {} }");
            case "package-name" -> SourceFile.of(MAIN, "package dev.millrace.internal;");
            case "no-sleep" -> SourceFile.of(TEST, "class X { void x() { Thread.sleep(1); } }");
            case "no-printing" ->
                    SourceFile.of(MAIN, "class X { void x() { System.out.println(); } }");
            case "nothing-left-open" -> SourceFile.of(MAIN, "// TO" + "DO later\nclass X {}");
            case "current-rfcs" -> SourceFile.of(MAIN, "// RFC 72" + "30, 3.3\nclass X {}");
            case "plain-words" -> SourceFile.of(MAIN, "// no" + "body is here\nclass X {}");
            case "no-row-ids" ->
                    SourceFile.of(MAIN, "/**\n * Does (row\n * D4).\n */\n@X\npublic class X {}");
            case "tests-assert" -> SourceFile.of(TEST, "class X { @Test void x() { run(); } }");
            case "examples-compiled" ->
                    SourceFile.of(MAIN, "/**\n * {@snippet :\n * x();\n * }\n */\nclass X {}");
            case "examples-found" -> SourceFile.of(MAIN, example("none") + "class X {}");
            case "examples-given" -> SourceFile.of(MAIN, "/** Does. */\npublic interface X {}");
            default -> throw new AssertionError("give the rule " + rule + " a bad file");
        };
    }

    private static SourceFile good(String rule) {
        return switch (rule) {
            case "file-length" ->
                    SourceFile.of(
                            MAIN,
                            "package x;\n\nimport y.Y;\n\n/**\n * Why.\n */\nclass X {\n// so\n"
                                    + "int x;\n".repeat(298)
                                    + "}\n");
            case "method-length" ->
                    SourceFile.of(MAIN, "class X {\n  void x() {\n" + "\n".repeat(58) + "}}");
            case "line-length" -> SourceFile.of(MAIN, "// " + "x".repeat(107) + "\nclass X {}");
            case "type-name" -> SourceFile.of(MAIN, "class X { record UtilName() {} }");
            case "package-name" -> SourceFile.of(MAIN, "package dev.millrace.internals;");
            case "no-sleep" ->
                    SourceFile.of(TEST, "class X { void x() { run(\"Thread.sleep(1)\"); } }");
            case "no-printing" ->
                    SourceFile.of(TEST, "class X { void x() { System.out.println(); } }");
            case "nothing-left-open" -> SourceFile.of(MAIN, "class X { int mastodon; }");
            case "current-rfcs" ->
                    SourceFile.of(MAIN, "// RFC 9112, 6.3\nclass X { int port = 7230; }");
            case "plain-words" ->
                    SourceFile.of(MAIN, "// no body is here\nclass X { String no" + "body; }");
            case "no-row-ids" ->
                    SourceFile.of(
                            MAIN,
                            "/** Does. */\npublic class X {\n/** Here (row D4). */\nint x; }");
            case "tests-assert" ->
                    SourceFile.of(TEST, "class X { @Test void x() { run(() -> assertThat(1)); } }");
            case "examples-compiled", "examples-found", "examples-given" ->
                    SourceFile.of(MAIN, example("onData") + "public class X {}");
            default -> throw new AssertionError("give the rule " + rule + " a good file");
        };
    }

    private static String example(String region) {
        return "/** {@snippet class=\"dev.millrace.stream.StreamSnippets\" region=\"%s\"} */\n"
                .formatted(region);
    }

    @Test
    void aHiddenJdkTypeIsReported() throws IOException {
        var module =
                SourceFile.of(
                        "library/src/main/java/module-info.java",
                        "module m { exports dev.millrace.net; }");
        var pipe = SourceFile.of(MAIN, "package dev.millrace.net;\n\npublic final class Pipe {}");
        var hidden =
                SourceFile.of(MAIN, "package dev.millrace.sys;\n\npublic final class Timer {}");
        var found = hiding(exportedTypes(List.of(module, pipe, hidden)), jdkTypes());
        assertThat(found).singleElement().satisfies(one -> assertThat(one.line()).isEqualTo(3));
        assertThat(found.getFirst().toString())
                .startsWith(MAIN + ":3: ")
                .contains("java.nio.channels.Pipe", "Remedy");
    }

    private record Place(String file, int line) {}

    private static List<Finding> hiding(Map<String, Place> ours, Map<String, String> jdk) {
        List<Finding> found = new ArrayList<>();
        ours.forEach((name, place) -> {
            if (jdk.containsKey(name)) {
                found.add(
                        new Finding(
                                place.file(),
                                place.line(),
                                "exported type "
                                        + name
                                        + " has the simple name of "
                                        + jdk.get(name),
                                "choose a name that java.base does not use"));
            }
        });
        return found;
    }

    /**
     * Simple names of the public top-level types in the packages that the library's module exports.
     */
    private static Map<String, Place> exportedTypes(List<SourceFile> files) {
        Set<String> exported = new HashSet<>();
        for (SourceFile file : files) {
            if (file.isLibraryMain() && file.tree().getModule() != null) {
                for (Tree directive : file.tree().getModule().getDirectives()) {
                    if (directive instanceof ExportsTree exports) {
                        exported.add(exports.getPackageName().toString());
                    }
                }
            }
        }
        Map<String, Place> types = new TreeMap<>();
        for (SourceFile file : files) {
            if (file.isLibraryMain()
                    && exported.contains(String.valueOf(file.tree().getPackageName()))) {
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitClass(ClassTree type, Void unused) {
                        if (type.getModifiers().getFlags().contains(Modifier.PUBLIC)) {
                            types.put(
                                    type.getSimpleName().toString(),
                                    new Place(file.path(), file.firstLine(type)));
                        }
                        return null;
                    }
                }.scan(file.tree(), null);
            }
        }
        return types;
    }

    /** Public top-level types that java.base exports to everyone, by simple name. */
    private static Map<String, String> jdkTypes() throws IOException {
        var base = ModuleFinder.ofSystem().find("java.base").orElseThrow();
        Set<String> exported = new HashSet<>();
        base.descriptor().exports().stream()
                .filter(e -> !e.isQualified())
                .forEach(e -> exported.add(e.source()));
        Map<String, String> types = new TreeMap<>();
        try (ModuleReader reader = base.open()) {
            for (String resource : reader.list().filter(r -> r.endsWith(".class")).toList()) {
                String name = resource.substring(0, resource.length() - 6).replace('/', '.');
                int dot = name.lastIndexOf('.');
                if (dot > 0 && exported.contains(name.substring(0, dot)) && name.indexOf('$') < 0) {
                    try (var in = reader.open(resource).orElseThrow()) {
                        if (ClassFile.of().parse(in.readAllBytes()).flags().has(PUBLIC)) {
                            types.put(name.substring(dot + 1), name);
                        }
                    }
                }
            }
        }
        return types;
    }
}
