package dev.millrace.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The system calls of a child process, as strace(1) writes them down. */
public final class Strace {
    private static final Path PROGRAM = Path.of("/usr/bin/strace");

    private Strace() {}

    /**
     * Runs {@code main} and returns the calls of the given names that the thread made which wrote
     * {@code from} and {@code to} to its standard output, between these two.
     */
    public static List<String> calls(String names, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        assumeTrue(isThere(), "needs " + PROGRAM);
        Path log = Files.createTempFile("millrace-strace", ".log");
        List<String> command = new ArrayList<>();
        command.addAll(List.of(PROGRAM.toString(), "-f", "-o", log.toString()));
        command.addAll(List.of("-e", "trace=write," + names));
        command.addAll(ChildJvm.command(main, arguments));
        ChildJvm.Result result = ChildJvm.run(command);
        if (result.status() != 0) {
            throw new AssertionError("the traced child ended with " + result);
        }
        List<String> calls = between(Files.readAllLines(log));
        Files.delete(log);
        return calls;
    }

    /**
     * A command line that runs {@code main} under strace, with {@code options} of strace's own and
     * its log in {@code log}. Only the named calls stop the program, so that it stays fast.
     */
    public static List<String> command(
            Path log, List<String> options, Class<?> main, String... arguments) {
        assumeTrue(isThere(), "needs " + PROGRAM);
        List<String> command = new ArrayList<>();
        command.addAll(List.of(PROGRAM.toString(), "-f", "--seccomp-bpf", "-s", "0"));
        command.addAll(List.of("-o", log.toString()));
        command.addAll(options);
        command.addAll(ChildJvm.command(main, arguments));
        return command;
    }

    private static boolean isThere() {
        return System.getenv("CI") != null || Files.isExecutable(PROGRAM);
    }

    private static List<String> between(List<String> lines) {
        List<String> calls = new ArrayList<>();
        String thread = "";
        for (String line : lines) {
            String[] part = line.split("\\s+", 2);
            if (part[1].startsWith("write(1, \"from")) {
                thread = part[0];
            } else if (part[0].equals(thread) && part[1].startsWith("write(1, \"to")) {
                return calls;
            } else if (part[0].equals(thread) && !part[1].startsWith("write(1,")) {
                calls.add(part[1]);
            }
        }
        throw new AssertionError("the traced child printed no \"from\" and \"to\"");
    }
}
