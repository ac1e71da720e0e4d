package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * The programs of {@code examples}, compiled together and only once: {@code millrace run}, which
 * has tests of its own, spends most of its time on compiling.
 */
final class Examples {
    private static final Path LIBRARY = Launched.root().resolve("cli/target/app/millrace.jar");

    /** Made when the first example is started. */
    private static final class Compiled {
        static final Path CLASSES = compiled();
    }

    private Examples() {}

    /** Starts {@code examples/name.java}, as {@code millrace run} would. */
    static Launched start(String name, String... arguments) {
        Launched.requireBuilt();
        List<String> java =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=dev.millrace",
                        "--module-path=" + LIBRARY,
                        "--add-modules=dev.millrace",
                        "--class-path=" + Compiled.CLASSES,
                        name);
        List<String> words = Stream.concat(java.stream(), Stream.of(arguments)).toList();
        return Launched.start(Path.of(""), Map.of(), words);
    }

    private static Path compiled() {
        try (Stream<Path> sources = Files.list(Launched.root().resolve("examples"))) {
            Path target = Files.createTempDirectory("millrace-examples");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(target)));
            Stream<String> files =
                    sources.map(Path::toString).filter(name -> name.endsWith(".java"));
            Stream<String> options =
                    Stream.of(
                            "--module-path=" + LIBRARY,
                            "--add-modules=dev.millrace",
                            "-d",
                            target.toString());
            String[] words = Stream.concat(options, files).toArray(String[]::new);
            assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, words)).isZero();
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** No folders in it: the examples are in no package. */
    private static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            System.err.println("left behind: " + e.getMessage());
        }
    }
}
