package dev.millrace.conformance.plant;

import dev.millrace.conformance.plant.Mistake.DoesNotApply;
import dev.millrace.conformance.plant.TestClasses.TestClass;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Puts one mistake into a class of its own folder, which stands first on the class path of a
 * process that runs the tests. The sources and the modules' own classes stay as they are.
 */
final class Planting {
    /** What came of it. */
    record Outcome(Kind kind, String detail, double seconds) {}

    enum Kind {
        DIED("died"),
        SURVIVED("SURVIVED"),
        DOES_NOT_APPLY("does not apply"),
        DOES_NOT_COMPILE("does not compile");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** A hang dies by a deadline of its test; this one is for those that stop the process. */
    private static final long LIMIT_MINUTES = 3;

    private final Path root;
    private final Path work;
    private final TestClasses tests;

    Planting(Path root, Path work) throws IOException {
        this.root = root;
        this.work = work;
        tests = TestClasses.ofSources(root);
    }

    Outcome plant(Mistake mistake) throws IOException, InterruptedException {
        long from = System.nanoTime();
        String name = mistake.place().replace(':', '-');
        Path override = emptied(work.resolve(name));
        String text;
        try {
            text = mistake.planted(Files.readString(root.resolve(mistake.file())));
        } catch (DoesNotApply e) {
            return new Outcome(Kind.DOES_NOT_APPLY, String.valueOf(e.getMessage()), 0);
        }
        String errors = compile(mistake.file(), text, override);
        if (!errors.isEmpty()) {
            return new Outcome(Kind.DOES_NOT_COMPILE, errors.strip(), 0);
        }
        String killer = firstFailure(mistake, override);
        double seconds = (System.nanoTime() - from) / 1e9;
        return killer == null
                ? new Outcome(Kind.SURVIVED, String.join(", ", mistake.tests()), seconds)
                : new Outcome(Kind.DIED, killer, seconds);
    }

    /** Test classes of one module, and how they run. */
    private record Run(
            String module,
            List<String> classes,
            Surroundings surroundings,
            boolean isFirstEnough) {}

    private Path commandRoot(Mistake mistake, Path override) throws IOException {
        if (!mistake.surroundings().isLaunched()) {
            return root;
        }
        Path copy = override.resolve("root");
        return Files.exists(copy)
                ? copy
                : CopiedCommand.make(root, override, override, mistake.module());
    }

    private @Nullable String firstFailure(Mistake mistake, Path override)
            throws IOException, InterruptedException {
        for (var part : byModule(mistake.tests()).entrySet()) {
            Run run = new Run(part.getKey(), part.getValue(), mistake.surroundings(), true);
            for (String line : run(run, override, commandRoot(mistake, override))) {
                if (!line.startsWith("passed ")) {
                    return line.startsWith("failed ") ? line.substring(7) : line;
                }
            }
        }
        return null;
    }

    /** The tests of these classes that fail, or whose classes run nothing, without any mistake. */
    List<String> failures(List<String> classes, Surroundings surroundings)
            throws IOException, InterruptedException {
        List<String> failures = new ArrayList<>();
        Path override = emptied(work.resolve("baseline" + surroundings.hashCode()));
        Path commandRoot =
                surroundings.isLaunched() ? CopiedCommand.make(root, override, root, "") : root;
        for (var part : byModule(classes).entrySet()) {
            Run run = new Run(part.getKey(), part.getValue(), surroundings, false);
            List<String> lines = run(run, override, commandRoot);
            lines.stream().filter(line -> !line.startsWith("passed ")).forEach(failures::add);
            for (String name : part.getValue()) {
                if (!lines.contains("passed " + name)) {
                    failures.add("no test of " + name + " ran and passed" + surroundings);
                }
            }
        }
        return failures;
    }

    private Map<String, List<String>> byModule(List<String> simpleNames) {
        Map<String, List<String>> parts = new LinkedHashMap<>();
        for (String simpleName : simpleNames) {
            TestClass test = tests.find(simpleName);
            if (test == null) {
                throw new IllegalArgumentException("there is no test class " + simpleName);
            }
            parts.computeIfAbsent(test.module(), module -> new ArrayList<>()).add(test.name());
        }
        return parts;
    }

    /** The lines that {@link PlantedRun} writes, or one that says how the process ended instead. */
    private List<String> run(Run run, Path override, Path commandRoot)
            throws IOException, InterruptedException {
        Path result = override.resolve("result");
        Files.deleteIfExists(result);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xshare:auto"));
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Dmillrace.root=" + commandRoot));
        if (run.surroundings.isNio()) {
            command.add("-Dmillrace.driver=nio");
        }
        command.addAll(List.of("-cp", override + File.pathSeparator + classPath()));
        command.addAll(List.of(PlantedRun.class.getName(), result.toString()));
        command.add(excluded(run.surroundings));
        command.add("" + run.isFirstEnough);
        command.addAll(run.classes);
        Process process =
                new ProcessBuilder(command)
                        .directory(root.resolve(run.module).toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(override.resolve("log").toFile())
                        .start();
        long limitMinutes = LIMIT_MINUTES * (run.isFirstEnough ? 1 : run.classes.size());
        try {
            if (!process.waitFor(limitMinutes, TimeUnit.MINUTES)) {
                return List.of("no end within " + limitMinutes + " minutes");
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return Files.exists(result)
                ? Files.readAllLines(result)
                : List.of("the process ended with status " + process.exitValue());
    }

    private static String excluded(Surroundings surroundings) {
        List<String> tags = new ArrayList<>();
        if (!surroundings.withFaults()) {
            tags.add("faults");
        }
        if (surroundings.isNio()) {
            tags.add("epoll");
        }
        return String.join(",", tags);
    }

    private String classPath() {
        Stream<String> own =
                TestClasses.MODULES.stream()
                        .flatMap(module ->
                                Stream.of("classes", "test-classes")
                                        .map(part ->
                                                root.resolve(module)
                                                        .resolve("target")
                                                        .resolve(part)))
                        .map(Path::toString);
        String others = root.resolve("conformance/target/lib").resolve("*").toString();
        return String.join(File.pathSeparator, Stream.concat(own, Stream.of(others)).toList());
    }

    /** Compiles one changed file against the classes there are; returns the compiler's errors. */
    private String compile(String file, String text, Path override) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject source =
                new SimpleJavaFileObject(
                        URI.create("string:///" + file), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return text;
                    }
                };
        List<String> options =
                List.of("-proc:none", "-parameters", "-cp", jars(), "-d", override.toString());
        StringWriter errors = new StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean isCompiled =
                    compiler.getTask(errors, files, null, options, null, List.of(source)).call();
            return isCompiled ? "" : "errors: " + errors;
        }
    }

    /** The class path once more: the compiler's own reads no asterisk behind a folder's name. */
    private String jars() throws IOException {
        var jar = FileSystems.getDefault().getPathMatcher("glob:**.jar");
        try (Stream<Path> files = Files.list(root.resolve("conformance/target/lib"))) {
            List<String> jars = files.filter(jar::matches).map(Path::toString).toList();
            return classPath() + File.pathSeparator + String.join(File.pathSeparator, jars);
        }
    }

    private static Path emptied(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> old = Files.walk(folder)) {
                old.sorted((one, other) -> other.compareTo(one))
                        .forEach(path -> path.toFile().delete());
            }
        }
        return Files.createDirectories(folder);
    }
}
