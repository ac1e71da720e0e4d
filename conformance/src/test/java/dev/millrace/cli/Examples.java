package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * The programs of {@code examples}, compiled together, and anew only when one of them or the
 * library is another: {@code millrace run}, which has tests of its own, spends most of its time on
 * compiling. They begin from the start-up cache that {@code millrace run} has.
 */
final class Examples {
    private static final Path LIBRARY = Launched.root().resolve("cli/target/app/millrace.jar");
    private static final Path CACHE = Launched.root().resolve("cli/target/app/run.aot");

    /** Made when the first example is started. */
    private static final class Compiled {
        static final Path CLASSES = compiled();
    }

    private Examples() {}

    /** Starts {@code examples/name.java}, as {@code millrace run} would. */
    static Launched start(String name, String... arguments) {
        Launched.requireBuilt();
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        if (Files.exists(CACHE)) {
            // One that does not fit is left alone by the JVM, without a word.
            words.addAll(List.of("-XX:AOTCache=" + CACHE, "-Xlog:aot*=off,cds*=off"));
        }
        words.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:-UsePerfData",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:CompileThresholdScaling=10",
                        "--enable-native-access=dev.millrace",
                        "--module-path=" + LIBRARY,
                        // As the source launcher has it, or the cache does not fit.
                        "--add-modules=ALL-DEFAULT,dev.millrace",
                        "--class-path=" + Compiled.CLASSES,
                        name));
        words.addAll(List.of(arguments));
        return Launched.start(Path.of(""), Map.of(), words);
    }

    /** Test runs begin at once: the others wait for the one that compiles. */
    private static Path compiled() {
        try (Stream<Path> all = Files.list(Launched.root().resolve("examples"))) {
            List<Path> sources =
                    all.filter(name -> name.toString().endsWith(".java")).sorted().toList();
            Path target = Launched.root().resolve("cli/target/examples");
            Path classes = Files.createDirectories(target.resolve("classes"));
            try (FileChannel lock =
                    FileChannel.open(
                            target.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE)) {
                lock.lock();
                Path stamp = target.resolve("stamp");
                String wanted = stamp(sources);
                if (!Files.exists(stamp) || !Files.readString(stamp).equals(wanted)) {
                    Files.deleteIfExists(stamp);
                    empty(classes);
                    compile(sources, classes);
                    Files.writeString(stamp, wanted);
                }
            }
            return classes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void compile(List<Path> sources, Path classes) {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "--module-path=" + LIBRARY,
                                "--add-modules=dev.millrace",
                                "-proc:none",
                                "-d",
                                classes.toString()));
        sources.forEach(file -> words.add(file.toString()));
        String[] all = words.toArray(String[]::new);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, all)).isZero();
    }

    /** Another one for every change of what is compiled, and of what it is compiled with. */
    private static String stamp(List<Path> sources) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : sources) {
                digest.update(file.toString().getBytes());
                digest.update(Files.readAllBytes(file));
            }
            digest.update(Files.readAllBytes(LIBRARY));
            return HexFormat.of().formatHex(digest.digest()) + " " + Runtime.version();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** No folders in it: the examples are in no package. */
    private static void empty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }
}
