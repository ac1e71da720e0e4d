package dev.millrace.cli;

import dev.millrace.cluster.ControlClient;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** What is asked of a program that runs, over its control socket. Blocks until the response. */
final class ControlRequest {
    /** Nothing runs there, as the Linux Standard Base has it for the status of a service. */
    static final int NOTHING_RUNS = 3;

    private ControlRequest() {}

    /**
     * Sends {@code command}; the lines of the response.
     *
     * @throws Failure if there is none, with what to do
     */
    static List<Map<String, String>> send(Path path, String command) {
        try {
            return ask(path, command);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    private static List<Map<String, String>> ask(Path path, String command) throws IOException {
        List<List<Map<String, String>>> lines = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        Loop.run(loop ->
                ControlClient.ask(loop, path, command)
                        .handle((response, failure) ->
                                failure == null ? lines.add(response) : failures.add(failure)));
        if (failures.isEmpty()) {
            return lines.getFirst();
        }
        Throwable failure = failures.getFirst();
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        throw cause instanceof IOException error ? error : new IOException(cause);
    }

    private static Failure failure(Path path, IOException error) {
        String where = "the control socket " + path;
        return switch (SystemError.codeOf(error)) {
            case "ENOENT", "ENOTDIR" ->
                    new Failure(
                            "there is no control socket "
                                    + path
                                    + "; millrace ps lists what runs, and --control names another",
                            error,
                            NOTHING_RUNS);
            case "ECONNREFUSED" ->
                    new Failure(
                            where
                                    + " is left over: nothing runs there any more; remove it, or name"
                                    + " another with --control",
                            error,
                            NOTHING_RUNS);
            case "EACCES", "EPERM" ->
                    new Failure(
                            where + " is another user's; ask as that user, or as root (sudo)",
                            error);
            case "ENOTSOCK", "EPROTOTYPE" ->
                    new Failure(where + " is no socket; name another with --control", error);
            default -> new Failure(Console.oneLine(error), error);
        };
    }

    /**
     * The socket that is meant: the one that is named, or else the only one at which something
     * runs.
     *
     * @throws Failure if that is none, or several, with a list of them
     */
    static Path choose(Optional<Path> named, ControlPlace place) {
        if (named.isPresent()) {
            return named.get();
        }
        List<Path> running = new ArrayList<>();
        StringBuilder list = new StringBuilder();
        for (Path path : place.all()) {
            try {
                List<Map<String, String>> status = ask(path, "status");
                running.add(path);
                list.append("\n  ").append(text(path, status));
            } catch (IOException leftOver) {
                // It has no program any more, or one that ends just now.
            }
        }
        if (running.isEmpty()) {
            throw new Failure(
                    "nothing of this user's runs with a control socket in "
                            + place.folder()
                            + "; millrace start runs a program, and --control names a socket"
                            + " elsewhere",
                    null,
                    NOTHING_RUNS);
        }
        if (running.size() > 1) {
            throw new Failure("several programs run; choose one with --control:" + list);
        }
        return running.getFirst();
    }

    private static String text(Path path, List<Map<String, String>> status) {
        StringBuilder text = new StringBuilder(path.toString());
        for (Map<String, String> line : status) {
            line.forEach((key, value) -> {
                if (key.equals("pid") || key.equals("listens")) {
                    text.append(' ').append(key).append(' ').append(value);
                }
            });
        }
        return text.toString();
    }
}
