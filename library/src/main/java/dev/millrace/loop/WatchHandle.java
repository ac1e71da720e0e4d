package dev.millrace.loop;

import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.kernel.Readiness;
import dev.millrace.kernel.SystemError;
import java.io.IOException;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells when a descriptor of the user's is ready, as libuv's {@code uv_poll_t} does: for what
 * another library opened and reads and writes itself (an eventfd(2), a timerfd, a device).
 *
 * <p>Readiness is level-triggered: it is told again in every turn until it is gone or the handle is
 * stopped. An error or a hang-up counts for all that is asked for, so that the next read or write
 * meets it. The descriptor stays the user's: stop the handle before closing it. Only the driver
 * epoll can do this.
 *
 * {@snippet class="dev.millrace.loop.HandleExamplesTest" region="watch"}
 */
public final class WatchHandle extends Handle {
    private final Port port;
    private @Nullable Consumer<? super Set<Readiness>> listener;
    private @Nullable Consumer<? super IOException> errorListener;

    /**
     * A handle that is not started yet.
     *
     * @param descriptor whose readiness it is to tell; a regular file has none
     * @throws IOException EBADF; EEXIST if the loop has the descriptor already; EPERM for a regular
     *     file
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public WatchHandle(Loop loop, int descriptor) throws IOException {
        super(loop);
        port = loop.driver.watch(descriptor);
        port.attach(new Receiver());
    }

    @Override
    HandleKind ownKind() {
        return HandleKind.WATCH;
    }

    /**
     * Calls {@code listener} with what holds of {@code interest}, from now on; a handle that is
     * started already asks for this instead.
     *
     * @throws IllegalArgumentException if nothing is asked for
     * @throws IllegalStateException if the handle is closed
     */
    public void start(Set<Readiness> interest, Consumer<? super Set<Readiness>> listener) {
        loop.checkThread();
        if (isClosing()) {
            throw new IllegalStateException("the handle is closed");
        }
        if (interest.isEmpty()) {
            throw new IllegalArgumentException("readiness for nothing: use stop()");
        }
        this.listener = Objects.requireNonNull(listener, "listener");
        loop.driver.watchStart(port, interest);
        setActive(true);
    }

    /**
     * The descriptor can't be watched any more: it was closed under the handle, which is stopped
     * (EBADF). Without a listener {@link Loop#onUncaught} is told.
     *
     * @throws IllegalStateException if there is a listener already
     */
    public void onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        if (errorListener != null) {
            throw new IllegalStateException("onError has a listener already");
        }
        errorListener = Objects.requireNonNull(listener, "listener");
    }

    /** No further call, from right now on; the handle can be started again. */
    public void stop() {
        loop.checkThread();
        if (isActive()) {
            loop.driver.watchStop(port);
            setActive(false);
        }
    }

    @Override
    void release() {
        loop.driver.close(port);
    }

    /** What the driver reports. */
    final class Receiver implements PortEvents {
        @Override
        public void onReady(Set<Readiness> events) {
            Objects.requireNonNull(listener).accept(events);
        }

        @Override
        public void onReadError(int errno) {
            setActive(false);
            IOException error = SystemError.of(errno, "epoll_ctl");
            if (errorListener == null) {
                loop.uncaught(error);
            } else {
                errorListener.accept(error);
            }
        }

        @Override
        public void failed(Throwable thrown) {
            WatchHandle.this.thrown(thrown);
        }
    }
}
