package dev.millrace.ipc;

import dev.millrace.loop.ListenSource;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts a child's process; it blocks for some milliseconds. */
final class ChildStart {
    /** Where the parent waits for the child. */
    static final String CHANNEL = "MILLRACE_CHANNEL";

    /** What the child shows there, once. */
    static final String TOKEN = "MILLRACE_TOKEN";

    /** Said to this process alone, by who has started it: no child of it is to believe them. */
    private static final List<String> OURS =
            List.of(
                    CHANNEL,
                    TOKEN,
                    "MILLRACE_WORKER",
                    "MILLRACE_WORKERS",
                    "MILLRACE_DRAIN_MILLIS",
                    "MILLRACE_REPLACES",
                    ListenSource.Provider.VARIABLE,
                    NodeChannel.DESCRIPTOR,
                    NodeChannel.SERIALIZATION,
                    // The sockets of systemd are no child's: it has no descriptor of ours.
                    "LISTEN_PID",
                    "LISTEN_FDS",
                    "LISTEN_FDNAMES");

    private ChildStart() {}

    static Process run(ChildOptions options, Map<String, String> rendezvous) throws IOException {
        List<String> command = options.command().isEmpty() ? own() : options.command();
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectInput(new File("/dev/null"));
        ProcessBuilder.Redirect output =
                options.isSilent()
                        ? ProcessBuilder.Redirect.DISCARD
                        : ProcessBuilder.Redirect.INHERIT;
        builder.redirectOutput(output).redirectError(output);
        options.folder().map(Path::toFile).ifPresent(builder::directory);
        Map<String, String> environment = builder.environment();
        forget(environment);
        environment.putAll(options.environment());
        environment.putAll(rendezvous);
        environment.values().removeIf(String::isEmpty);
        return builder.start();
    }

    /** What was said to this process alone is in {@code environment} no more. */
    static void forget(Map<String, String> environment) {
        environment.keySet().removeAll(OURS);
    }

    /** What this process was started with (proc(5)): ProcessHandle.Info cuts long ones. */
    private static List<String> own() throws IOException {
        String line =
                new String(
                        Files.readAllBytes(Path.of("/proc/self/cmdline")), StandardCharsets.UTF_8);
        List<String> command = new ArrayList<>(List.of(line.split("\0", -1)));
        command.removeLast();
        command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
        return command;
    }
}
