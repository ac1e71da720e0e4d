package dev.millrace.cluster;

import dev.millrace.loop.Loop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What a {@link ControlServer} asks and tells: a program in several processes, be it a {@link
 * Primary} with its workers or another supervisor. A line of a response is a map of its words, in
 * their order.
 *
 * <p>All of it runs on the loop of the server, one command a call. A stage that fails makes the
 * response an error, by its message. What a method throws goes to {@link Loop#onUncaught}, and the
 * client gets no response.
 *
 * {@snippet class="dev.millrace.cluster.ControlServerTest" region="controlled"}
 */
public interface Controlled {
    /**
     * The processes, a line each: {@code id}, {@code pid} (0 while there is none), {@code state},
     * and what else is known. The server adds {@code rss_bytes}, the memory of {@code pid}.
     */
    List<Map<String, Object>> ps();

    /** Lines about the whole: {@code pid} and {@code state} at least, then where it listens. */
    List<Map<String, Object>> status();

    /** Replaces all processes by new ones; the line of the response, when it is done. */
    CompletionStage<Map<String, Object>> reload();

    /** Puts another process in the place of this one as well; the line of the response. */
    CompletionStage<Map<String, Object>> replace();

    /**
     * Ends all processes in order. The response comes when the server is {@linkplain
     * ControlServer#close closed}, which is to be when the last one is gone.
     *
     * @param limit for what is in flight; empty for the program's own
     */
    void stop(Optional<Duration> limit);
}
