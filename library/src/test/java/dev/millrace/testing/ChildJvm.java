package dev.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program of the tests in a process of its own. */
public final class ChildJvm {
    /** How a child ended: its exit status and everything it printed, errors included. */
    public record Result(int status, String output) {}

    private ChildJvm() {}

    /** The command line that starts {@code main} with this process's class path and driver. */
    public static List<String> command(Class<?> main, String... arguments) {
        return command(List.of("-cp", classPath()), main, arguments);
    }

    /**
     * As {@link #command}, for programs that tests start many of: its classes are in a {@link
     * ChildArchive}. It opens no file for a class, so it is not for one that is short of
     * descriptors, or whose calls are counted.
     */
    public static List<String> archived(Class<?> main, String... arguments) {
        try {
            List<String> options =
                    ChildArchive.of(classPath())
                            .map(ChildArchive::options)
                            .orElseGet(() -> List.of("-cp", classPath()));
            return command(options, main, arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    private static List<String> command(List<String> options, Class<?> main, String... arguments) {
        List<String> command = java();
        String driver = System.getProperty("millrace.driver");
        if (driver != null) {
            command.add("-Dmillrace.driver=" + driver);
        }
        command.addAll(options);
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    /** The JVM, with what suits a program that is over soon. */
    static List<String> java() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.add("--enable-native-access=ALL-UNNAMED");
        return command;
    }

    /**
     * Runs {@code main} until it ends by itself; a child that does not is killed and fails the
     * test.
     */
    public static Result run(Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        return run(command(main, arguments));
    }

    /** Runs {@code command} until it ends by itself. */
    public static Result run(List<String> command) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread watch =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                if (!child.waitFor(
                                        2 * LoopFixture.DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                                    child.destroyForcibly();
                                }
                            } catch (InterruptedException ended) {
                                Thread.currentThread().interrupt();
                            }
                        });
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = child.waitFor();
        watch.interrupt();
        return new Result(status, output);
    }
}
