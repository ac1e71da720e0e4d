package dev.millrace.loop;

import dev.millrace.sys.SignalWatch;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells the signals of the process on the loop's thread, as libuv's {@code uv_signal_t} does. Any
 * number of handles of any loops may watch the same signal; each is told. When the last one stops,
 * the handler that was there before is back.
 *
 * <p>While a handle is active it keeps the loop alive, unless {@link #unref} was called. It works
 * by {@code sun.misc.Signal}, which the module {@code jdk.unsupported} has: a program on the class
 * path has it, one on the module path asks for it with {@code --add-modules jdk.unsupported}.
 *
 * {@snippet class="dev.millrace.loop.HandleExamplesTest" region="signal"}
 */
public final class SignalHandle extends Handle {
    private final Runnable atLoopClose = this::stopWatching;
    private @Nullable Watched watched;

    /** What a start asked for. */
    private record Watched(
            String name, boolean isOnce, Consumer<? super String> listener, Runnable raised) {}

    /** A handle that watches nothing yet. */
    public SignalHandle(Loop loop) {
        super(loop);
    }

    @Override
    HandleKind ownKind() {
        return HandleKind.SIGNAL;
    }

    /**
     * Calls {@code listener} with the signal's name at each {@code signal} from now on, in the poll
     * phase. A handle that watches another signal leaves that one.
     *
     * @param signal its name as signal(7) has it, {@code TERM} or {@code SIGTERM}
     * @throws IllegalArgumentException if there is no such signal or a program can't have it: KILL
     *     and STOP, USR2 (HotSpot's own), those that the JVM keeps for itself
     * @throws IllegalStateException if the handle is closed
     * @throws UnsupportedOperationException without the module {@code jdk.unsupported}
     */
    public void start(String signal, Consumer<? super String> listener) {
        start(signal, listener, false);
    }

    /**
     * As {@link #start}, for one signal: then the handle stops, before the listener is called, who
     * may start it again.
     */
    public void startOnce(String signal, Consumer<? super String> listener) {
        start(signal, listener, true);
    }

    private void start(String signal, Consumer<? super String> listener, boolean isOnce) {
        loop.checkThread();
        if (isClosing()) {
            throw new IllegalStateException("the handle is closed");
        }
        String name = SignalWatch.name(signal);
        Objects.requireNonNull(listener, "listener");
        Watched before = watched;
        if (before != null && before.name.equals(name)) {
            watched = new Watched(name, isOnce, listener, before.raised);
        } else {
            var next = new Watched(name, isOnce, listener, () -> raised(name));
            SignalWatch.add(name, next.raised);
            if (before == null) {
                loop.atClose(atLoopClose);
            } else {
                SignalWatch.remove(before.name, before.raised);
            }
            watched = next;
        }
        setActive(true);
    }

    /**
     * No further call, not even for a signal that has come already; but a start for the same signal
     * before that one is told gets it, as in libuv, so that a restart loses none.
     */
    public void stop() {
        loop.checkThread();
        release();
        setActive(false);
    }

    /** On a thread of the JVM's. */
    private void raised(String name) {
        loop.execute(() -> {
            Watched now = watched;
            if (now != null && now.name.equals(name)) {
                if (now.isOnce) {
                    stop();
                }
                now.listener.accept(name);
            }
        });
    }

    private void stopWatching() {
        if (watched != null) {
            SignalWatch.remove(watched.name, watched.raised);
            watched = null;
        }
    }

    @Override
    void release() {
        loop.notAtClose(atLoopClose);
        stopWatching();
    }

    @Override
    String details() {
        Watched now = watched;
        return now == null ? "" : ", SIG" + now.name;
    }
}
