package dev.millrace.cli;

import dev.millrace.loop.Loop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Java source file that several processes run: compiled once for all of them, into a folder of
 * its own, and anew before they are replaced. What runs keeps the classes that it began with.
 *
 * <pre>
 *   FOLDER/1/…, FOLDER/2/…   classes, one folder for each time that it was compiled
 *   FOLDER/launch            the words of a worker, which java reads at its start (java @FILE)
 * </pre>
 *
 * Any thread, one at a time; {@link #compile} takes a second or so.
 */
final class SourceProgram {
    private static final String LIBRARY = "dev.millrace";

    private final Path file;
    private final String classPath;
    private final List<String> javaOptions;
    private final List<String> words;
    private final Path folder;
    private int version;

    /**
     * @param classPath jars and folders that the program imports, as java has it; may be empty
     * @param javaOptions for the workers' JVMs
     * @param words what the program gets
     */
    SourceProgram(Path file, String classPath, List<String> javaOptions, List<String> words) {
        this.file = file;
        this.classPath = classPath;
        this.javaOptions = javaOptions;
        this.words = words;
        try {
            this.folder = Files.createTempDirectory("millrace-start-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Also when a second signal ends this process at once.
        Runtime.getRuntime().addShutdownHook(new Thread(this::delete));
    }

    /** What starts a worker, from the last {@link #compile} that went well. */
    List<String> command() {
        return List.of(java("java"), "@" + folder.resolve("launch"));
    }

    /**
     * Compiles it, with the sources that lie beside it as far as it uses them.
     *
     * @return what is wrong with it, as the compiler says it; empty if nothing is, and then workers
     *     start with what was made
     */
    Optional<String> compile() throws IOException, InterruptedException {
        Path target = Files.createDirectory(folder.resolve(String.valueOf(++version)));
        List<String> command = new ArrayList<>(List.of(java("javac")));
        // It is over before the second compiler, or another collector, has paid for itself.
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
        command.addAll(List.of("-g", "-nowarn"));
        command.addAll(List.of("-proc:none", "-Xlint:none", "-encoding", "UTF-8"));
        command.addAll(List.of("-p", library(), "--add-modules", LIBRARY));
        command.addAll(List.of("-d", target.toString(), "-cp", classPath(target)));
        command.addAll(List.of("--source-path", root().toString(), file.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectInput(Path.of("/dev/null").toFile());
        Process javac = builder.start();
        String said = new String(javac.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (javac.waitFor() != 0) {
            delete(target);
            return Optional.of(said.strip());
        }
        Optional<String> main = MainClass.find(target, file.getFileName().toString());
        if (main.isEmpty()) {
            delete(target);
            return Optional.of(file + ": there is no main method; add void main() { ... }");
        }
        List<String> launch = new ArrayList<>(javaOptions);
        launch.addAll(List.of("-p", library(), "--add-modules", LIBRARY));
        launch.addAll(List.of("-cp", classPath(target), main.get()));
        launch.addAll(words);
        Path made = folder.resolve("launch.new");
        Files.write(made, launch.stream().map(SourceProgram::quoted).toList());
        Files.move(made, folder.resolve("launch"), StandardCopyOption.ATOMIC_MOVE);
        return Optional.empty();
    }

    /** The folder that the names of packages begin at. */
    private Path root() throws IOException {
        Path beside = file.toAbsolutePath().normalize().getParent();
        String name = PackageName.of(Files.readString(file));
        Path names = Path.of(name.replace('.', '/'));
        boolean isBelow = !name.isEmpty() && beside.endsWith(names);
        for (int up = isBelow ? names.getNameCount() : 0; up > 0; up--) {
            beside = beside.getParent();
        }
        return beside;
    }

    private String classPath(Path target) {
        return classPath.isEmpty() ? target.toString() : target + ":" + classPath;
    }

    private static String java(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }

    /** The library that this command runs with. */
    private static String library() {
        try {
            var source = Loop.class.getProtectionDomain().getCodeSource();
            return Path.of(source.getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As java reads a word in such a file: in quotes, with the backslash as the escape. */
    private static String quoted(String word) {
        return '"' + word.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    /** Nothing of it runs any more. */
    void delete() {
        delete(folder);
    }

    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(one);
            }
        } catch (IOException e) {
            // It lies among the temporary files, which are cleared anyway.
        }
    }
}
