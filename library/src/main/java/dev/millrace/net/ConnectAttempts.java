package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import dev.millrace.loop.TimerHandle;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tries the addresses of a name until one connects, as RFC 8305 section 5 has it (rows H11, X67).
 *
 * <pre>
 *   first ──delay is over, or it failed──▶ second beside it ──▶ …      each on a stream of its own
 *     └──stands──▶ the socket's stream takes it, the others close
 *   all failed ──▶ one error with all of theirs
 * </pre>
 *
 * An only address is tried on the socket's stream itself.
 */
final class ConnectAttempts {
    private final StreamHandle handle;

    /** Takes what a callback of an attempt throws. */
    private final StreamEvents owner;

    private final NetSocketOptions options;
    private final Consumer<? super @Nullable IOException> outcome;
    private final List<StreamHandle> underWay = new ArrayList<>();

    /** By the number of the attempt; null for one that has not failed yet. */
    private final List<@Nullable IOException> failures = new ArrayList<>();

    private Iterator<Address> waiting = List.<Address>of().iterator();
    private boolean isOnly;

    /** Runs until the next address is tried. */
    private @Nullable TimerHandle delay;

    /** The outcome was told, or is not wanted any more. */
    private boolean isOver;

    ConnectAttempts(
            StreamHandle handle,
            StreamEvents owner,
            NetSocketOptions options,
            Consumer<? super @Nullable IOException> outcome) {
        this.handle = handle;
        this.owner = owner;
        this.options = options;
        this.outcome = outcome;
    }

    void start(List<Address> addresses) {
        waiting = addresses.iterator();
        isOnly = addresses.size() == 1;
        next();
    }

    private void next() {
        stopDelay();
        int number = failures.size();
        failures.add(null);
        StreamHandle attempt = isOnly ? handle : new StreamHandle(handle.loop(), owner);
        options.local().ifPresent(attempt::bind);
        underWay.add(attempt);
        Address to = waiting.next();
        if (options.blocked().contains(to)) {
            handle.loop().nextTick(() -> ended(attempt, number, blocked(to)));
        } else {
            attempt.connect(to, new Request(error -> ended(attempt, number, error)));
        }
        if (waiting.hasNext() && ConnectOrder.isParallel(options)) {
            delay = handle.loop().setTimeout(options.names().attemptDelay(), this::next);
        }
    }

    private static IOException blocked(Address to) {
        return SystemError.ofCode(
                "ERR_IP_BLOCKED", Errno.EACCES, "connect", to + " is in the block list");
    }

    private void ended(StreamHandle attempt, int number, @Nullable IOException error) {
        underWay.remove(attempt);
        if (isOver) {
            return;
        }
        if (error == null) {
            if (!isOnly) {
                handle.takeConnection(attempt);
            }
            end(null);
            return;
        }
        failures.set(number, error);
        if (!isOnly) {
            attempt.close();
        }
        if (waiting.hasNext()) {
            next();
        } else if (underWay.isEmpty()) {
            end(SystemError.ofAttempts(failures.stream().filter(Objects::nonNull).toList()));
        }
    }

    private void end(@Nullable IOException error) {
        cancel();
        outcome.accept(error);
    }

    /** The time is over: what is under way ends with ETIMEDOUT, and nothing further is tried. */
    void giveUp() {
        stopDelay();
        waiting = List.<Address>of().iterator();
        underWay.forEach(StreamHandle::abandonConnect);
    }

    /** Closes what is under way, and tells nothing any more. */
    void cancel() {
        isOver = true;
        stopDelay();
        if (!isOnly) {
            underWay.forEach(StreamHandle::close);
        }
    }

    private void stopDelay() {
        if (delay != null) {
            delay.close();
            delay = null;
        }
    }
}
