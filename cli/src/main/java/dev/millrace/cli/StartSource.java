package dev.millrace.cli;

import dev.millrace.cluster.ClusterOptions;
import dev.millrace.ipc.ChildOptions;
import dev.millrace.loop.ListenSource;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code start FILE.java}: the program in workers that know nothing of it. */
final class StartSource {
    private StartSource() {}

    static int run(StartSettings settings, PrintStream out) {
        Path file = check(settings.words().getFirst());
        List<String> words = settings.words().subList(1, settings.words().size());
        checkClassPath(settings.classPath());
        SourceProgram program =
                new SourceProgram(file, settings.classPath(), JavaOptions.ofWorkers(), words);
        try {
            Optional<String> wrong = program.compile();
            if (wrong.isPresent()) {
                System.err.println(wrong.get());
                throw new Failure(file + " does not compile; see above");
            }
            return ClusterRun.run(plan(settings, file, program), out);
        } catch (IOException e) {
            throw new Failure(file + " can't be compiled: " + Console.oneLine(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Main.FAILED;
        } finally {
            program.delete();
        }
    }

    private static ClusterPlan plan(StartSettings settings, Path file, SourceProgram program) {
        ChildOptions child =
                ChildOptions.DEFAULTS
                        .withCommand(program.command())
                        .withConnectLimit(settings.startLimit())
                        .withEnvironment(Map.of(ListenSource.Provider.VARIABLE, "cluster"));
        return new ClusterPlan(
                file.getFileName().toString(),
                ClusterOptions.DEFAULTS
                        .withWorkers(settings.workers())
                        .withScheduling(settings.scheduling())
                        .withChild(child),
                Scheme.of("tcp"),
                0,
                settings.startLimit(),
                settings.control(),
                Optional.of(program),
                settings.isWatching() ? parts(file, settings.classPath()) : List.of(),
                true);
    }

    /** What the program is made of: its file, those beside it, and what it imports. */
    static List<Path> parts(Path file, String classPath) {
        List<Path> parts = new ArrayList<>();
        @Nullable Path folder = file.toAbsolutePath().getParent();
        parts.add(file);
        if (folder != null) {
            parts.add(folder);
        }
        Stream.of(classPath.split(":"))
                .filter(one -> !one.isEmpty())
                .map(Path::of)
                .forEach(parts::add);
        return parts;
    }

    /** As the launcher says it of {@code run}. */
    private static Path check(String name) {
        Path file = Path.of(name);
        if (!Files.exists(file)) {
            throw new UsageError("there is no file " + name + "; name a Java source file");
        }
        if (Files.isDirectory(file)) {
            throw new UsageError(name + " is a folder; name a Java source file in it");
        }
        if (!name.endsWith(".java")) {
            throw new UsageError(
                    name
                            + " is no Java source file; its name has to end with .java. Another"
                            + " program needs --listen ADDRESS -- COMMAND");
        }
        if (!Files.isReadable(file)) {
            throw new Failure(
                    name
                            + " may not be read by this user; allow it (chmod +r) or name another file");
        }
        return file;
    }

    private static void checkClassPath(String classPath) {
        for (String entry : classPath.split(":")) {
            String name =
                    entry.endsWith("*") ? entry.substring(0, entry.length() - 1) + "." : entry;
            if (!name.isEmpty() && !Files.exists(Path.of(name))) {
                throw new UsageError(
                        "--class-path "
                                + classPath
                                + ": there is no "
                                + name
                                + "; name jars and folders that exist");
            }
        }
    }
}
