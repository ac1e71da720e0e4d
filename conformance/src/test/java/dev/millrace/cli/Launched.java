package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The command, started by its launcher in a process of its own; closing it kills what is left. */
final class Launched implements AutoCloseable {
    /** Bounds a failure, and nothing else. */
    static final int DEADLINE_SECONDS = 30;

    private static final Pattern PORT = Pattern.compile(":(\\d+)\\b(?!.*:\\d)");
    private static final Pattern PID = Pattern.compile("pid (\\d+)");

    private final Process process;
    private final BufferedReader out;
    private final CompletableFuture<String> errors;
    private String startLine = "";

    private Launched(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
        this.errors = reading(() -> text(process.getErrorStream()));
    }

    static Path root() {
        return Path.of(System.getProperty("millrace.root"));
    }

    static Launched start(String... words) {
        return start(Map.of(), words);
    }

    /** Skips the test where there is nothing to start. */
    static void requireBuilt() {
        assumeTrue(
                Files.exists(root().resolve("cli/target/app/millrace-cli.jar")),
                "the command is not built: run ./build verify");
    }

    /** Starts it with variables added to the environment. */
    static Launched start(Map<String, String> variables, String... words) {
        requireBuilt();
        List<String> all = new ArrayList<>(List.of(root().resolve("millrace").toString()));
        all.addAll(List.of(words));
        return start(Path.of(""), variables, all);
    }

    static Launched start(Path folder, Map<String, String> variables, List<String> words) {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.directory(folder.toAbsolutePath().toFile());
        builder.environment().put("MILLRACE_BUILD", "no");
        builder.environment().putAll(variables);
        try {
            return new Launched(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Waits for a server's first line. */
    Launched listening() {
        startLine = line();
        return this;
    }

    /** The next line of standard output. */
    String line() {
        String line = within(reading(this::readLine));
        if (line.isEmpty()) {
            throw new AssertionError("no line, but on standard error: " + errors());
        }
        return line;
    }

    private String readLine() {
        try {
            String line = out.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a line, whatever comes before it. */
    void expectLine(String wanted) {
        String line = line();
        while (!line.equals(wanted)) {
            line = line();
        }
    }

    String startLine() {
        return startLine;
    }

    /** The last port that the start line names. */
    int port() {
        Matcher matcher = PORT.matcher(startLine);
        assertThat(matcher.find()).as("a port in: %s", startLine).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    long pid() {
        Matcher matcher = PID.matcher(startLine);
        assertThat(matcher.find()).as("a pid in: %s", startLine).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    long processId() {
        return process.pid();
    }

    /** The processes that it has started, and that run. */
    List<ProcessHandle> children() {
        return process.children().filter(ProcessHandle::isAlive).toList();
    }

    /** Gives it {@code text} on standard input, then the end of it. */
    Launched input(String text) {
        try (var in = process.getOutputStream()) {
            in.write(text.getBytes(StandardCharsets.UTF_8));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a signal, by its name without SIG. */
    Launched signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
            return this;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for the end and answers the exit status. */
    int status() {
        try {
            assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)).as("ended").isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for the end of standard output and answers what was not read before. */
    String output() {
        return within(reading(() -> String.join("\n", out.lines().toList())));
    }

    /** Waits for the end of standard error. */
    String errors() {
        return within(errors);
    }

    /** On a thread of its own: the common pool may have one only, and a pipe may stay silent. */
    private static <T> CompletableFuture<T> reading(Supplier<T> read) {
        return CompletableFuture.supplyAsync(
                read, task -> Thread.ofPlatform().daemon().start(task));
    }

    private static <T> T within(CompletableFuture<T> future) {
        return future.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
