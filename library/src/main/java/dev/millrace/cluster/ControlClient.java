package dev.millrace.cluster;

import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.LoopStage;
import dev.millrace.net.NetSocket;
import dev.millrace.sys.Errno;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Asks a primary over its {@linkplain Primary#control control socket}, or another program over its
 * {@link ControlServer}.
 *
 * <p>The commands are {@code ps} (a line a worker: id, pid, state, connections, requests, lag_us,
 * uptime_ms, rss_bytes), {@code status} (a line about the primary, then one with {@code listens}
 * for each key), {@code reload} (replaced, killed, took_ms, when it is done), {@code replace} (pid,
 * of the new primary) and {@code stop}, with a limit in milliseconds if it is not to be the
 * cluster's own (nothing, when all workers are gone). What is not known is left out of a line.
 *
 * {@snippet class="dev.millrace.cluster.ClusterExamplesTest" region="client"}
 */
public final class ControlClient {
    private static final int RESPONSE_MAX_BYTES = 1 << 20;

    private ControlClient() {}

    /**
     * Sends {@code command} to the primary that listens at {@code path}. On the thread of {@code
     * loop}, which stays alive for the response.
     *
     * @return the lines of the response, each by its words; or why there is none: what connecting
     *     met (ENOENT, EACCES, and ECONNREFUSED if only the file is left), or ERR_CONTROL_FAILED
     *     with the primary's own words
     * @throws IllegalArgumentException if the command has a line end in it
     */
    public static CompletionStage<List<Map<String, String>>> ask(
            Loop loop, Path path, String command) {
        loop.checkThread();
        if (command.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a command is one line: " + command);
        }
        LoopStage<List<Map<String, String>>> stage = new LoopStage<>(loop);
        NetSocket socket = NetSocket.connect(loop, UnixAddress.of(path));
        ByteArrayOutputStream response = new ByteArrayOutputStream();
        socket.onData(data -> {
            response.write(data.array(), data.arrayOffset() + data.position(), data.remaining());
            if (response.size() > RESPONSE_MAX_BYTES) {
                socket.destroy(failed("more than " + RESPONSE_MAX_BYTES + " bytes came"));
            }
        });
        socket.onError(stage::completeExceptionally);
        socket.onClose(() -> read(stage, response.toString(StandardCharsets.UTF_8)));
        socket.write(command + "\n");
        return stage;
    }

    private static IOException failed(String text) {
        return SystemError.ofCode("ERR_CONTROL_FAILED", Errno.ECONNREFUSED, "control", text);
    }

    private static void read(LoopStage<List<Map<String, String>>> stage, String response) {
        List<String> lines = response.lines().toList();
        String last = lines.isEmpty() ? "" : lines.getLast();
        if (!response.endsWith("\n") || (!last.equals("ok") && !last.startsWith("error "))) {
            stage.completeExceptionally(
                    failed("the primary ended the connection without a response"));
        } else if (!last.equals("ok")) {
            stage.completeExceptionally(failed(last.substring("error ".length())));
        } else {
            try {
                stage.complete(
                        lines.subList(0, lines.size() - 1).stream().map(ControlLine::of).toList());
            } catch (IllegalArgumentException nonsense) {
                stage.completeExceptionally(failed("no response of a primary: " + response));
            }
        }
    }
}
