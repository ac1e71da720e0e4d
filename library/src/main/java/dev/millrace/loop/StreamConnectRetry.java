package dev.millrace.loop;

import dev.millrace.driver.Port;
import dev.millrace.kernel.Address;
import dev.millrace.sys.Errno;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Repeats a connect that met a full backlog: a Unix socket answers EAGAIN then, and nothing tells
 * when there is room again (connect(2), row G7). The pauses grow from 1 ms to 50 ms; after 10 s the
 * outcome is EAGAIN.
 */
final class StreamConnectRetry {
    static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofMillis(50);

    private final StreamHandle stream;
    private final Address peer;

    /** An abandoned connect is over with its socket; the stream may have another one by then. */
    private final @Nullable Port port;

    private final TimerHandle timer;
    private final long endNanos;
    private Duration pause = SHORTEST;

    private StreamConnectRetry(StreamHandle stream, Address peer) {
        this.stream = stream;
        this.peer = peer;
        this.port = stream.portOrNull();
        this.timer = new TimerHandle(stream.loop);
        this.endNanos = stream.loop.hrtime() + LIMIT.toNanos();
        // The connect itself keeps the loop alive, until the stream is closed.
        timer.unref();
    }

    /** Tries again until {@link StreamHandle#connectEnded} can be told an outcome. */
    static void start(StreamHandle stream, Address peer) {
        new StreamConnectRetry(stream, peer).rest();
    }

    private void rest() {
        timer.startNow(pause, Duration.ZERO, this::again);
        pause = pause.multipliedBy(2);
        if (pause.compareTo(LONGEST) > 0) {
            pause = LONGEST;
        }
    }

    private void again() {
        if (stream.isClosing() || port == null || port != stream.portOrNull()) {
            return;
        }
        int result = stream.loop.driver.connect(port, peer);
        if (result == -Errno.EAGAIN && stream.loop.hrtime() < endNanos) {
            rest();
        } else if (result != -Errno.EINPROGRESS) {
            stream.connectEnded(-result);
        }
    }
}
