package dev.millrace.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A server in a process of its own, which has printed its start line, and ends with the test. */
public final class ServerProcess implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile(":(\\d+)\\b(?!.*:\\d)");

    private final Process process;
    private final String startLine;

    private ServerProcess(List<String> command) throws IOException {
        this(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT));
    }

    private ServerProcess(ProcessBuilder builder) throws IOException {
        List<String> command = builder.command();
        process = builder.start();
        BufferedReader output = process.inputReader();
        startLine = output.readLine();
        if (startLine == null) {
            throw new IOException("ended without a start line: " + command);
        }
    }

    /** A command of the command line, from the jars that the build made. */
    public static ServerProcess cli(String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                java(),
                                "-XX:+UseSerialGC",
                                "--enable-native-access=dev.millrace",
                                "-p",
                                root().resolve("cli/target/app").toString(),
                                "-m",
                                "dev.millrace.cli/dev.millrace.cli.Main"));
        command.addAll(List.of(arguments));
        return new ServerProcess(command);
    }

    /**
     * A command, started by its launcher with whatever flags that chooses.
     *
     * @param log what standard error is appended to
     */
    public static ServerProcess launched(String jvmOptions, Path log, List<String> words)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(root().resolve("millrace").toString()));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("MILLRACE_BUILD", "no");
        builder.environment().put("JDK_JAVA_OPTIONS", jvmOptions);
        builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        return new ServerProcess(builder);
    }

    /** A program of this test's class path. */
    public static ServerProcess program(Class<?> main, List<String> jvmOptions, String... arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of(java(), "--enable-native-access=ALL-UNNAMED"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ServerProcess(command);
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The repository's root, wherever the tests were started. */
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("build"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    /** What it printed first. */
    public String startLine() {
        return startLine;
    }

    /** The last port that the start line names. */
    public int port() {
        Matcher matcher = PORT.matcher(startLine);
        if (!matcher.find()) {
            throw new IllegalStateException("no port in: " + startLine);
        }
        return Integer.parseInt(matcher.group(1));
    }

    /**
     * Has two clients come and go, of a server of HTTP that serves nothing else. With the second
     * one it makes its logger, for which the JDK opens every jar: what is counted of it from here
     * on is of what follows.
     */
    public void settle() throws IOException {
        byte[] request = "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        for (int count = 0; count < 2; count++) {
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port())) {
                client.getOutputStream().write(request);
                client.getInputStream().readAllBytes();
            }
        }
    }

    /** Its number. */
    public long pid() {
        return process.pid();
    }

    /** Whether it lives. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Resident memory, as the kernel counts it. */
    public long residentKib() {
        return kib("VmRSS:");
    }

    /** The most that was resident at any time. */
    public long residentPeakKib() {
        return kib("VmHWM:");
    }

    /** How many threads it has. */
    public long threads() {
        return kib("Threads:");
    }

    private long kib(String name) {
        try (Stream<String> lines = Files.lines(proc("status"))) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many descriptors it has open. */
    public long descriptors() {
        try (Stream<Path> open = Files.list(proc("fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", Long.toString(process.pid()), file);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
