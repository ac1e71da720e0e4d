package dev.millrace.loop;

import dev.millrace.driver.Port;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.SystemError;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A long-lived thing on a loop: a timer, a phase hook, a wake-up, a signal, a listener, a stream.
 *
 * <pre>
 *   open ──start──▶ active ──stop──▶ open          an active, referenced handle keeps its loop alive
 *     └───────────────┴──close──▶ closing ──closing phase──▶ closed
 * </pre>
 *
 * Belongs to the loop's thread; none can be made once the loop is closed. {@link #close} may be
 * called any number of times; the listener of {@link #onClose} runs once, in the closing phase,
 * after every other callback of the handle, and never inside {@code close}. No order is promised
 * between handles closed in the same turn.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="unref"}
 */
public abstract sealed class Handle implements AutoCloseable
        permits TimerHandle,
                PhaseHandle,
                AsyncHandle,
                SignalHandle,
                WatchHandle,
                StreamHandle,
                ListenHandle,
                UdpHandle {
    final Loop loop;
    private boolean isActive;
    private boolean isReferenced = true;

    /** For the ways of the bytes, which check nothing twice. */
    boolean isClosing;

    private boolean isClosed;
    private @Nullable Runnable closeListener;

    Handle(Loop loop) {
        loop.checkThread();
        loop.checkOpen();
        this.loop = loop;
    }

    /** The loop it belongs to. */
    public final Loop loop() {
        return loop;
    }

    /** What it is. */
    public final HandleKind kind() {
        loop.checkThread();
        return ownKind();
    }

    abstract HandleKind ownKind();

    /** Whether it is at work, and so keeps the loop alive unless {@link #unref} was called. */
    public final boolean isActive() {
        loop.checkThread();
        return isActive;
    }

    /** Whether {@link #close} was called. */
    public final boolean isClosing() {
        loop.checkThread();
        return isClosing;
    }

    /** Whether closing is over. */
    public final boolean isClosed() {
        loop.checkThread();
        return isClosed;
    }

    /** Lets the handle keep the loop alive while it is active, which is the default. */
    public final void ref() {
        setReferenced(true);
    }

    /** Stops the handle from keeping the loop alive; it works on as long as something else does. */
    public final void unref() {
        setReferenced(false);
    }

    private void setReferenced(boolean referenced) {
        loop.checkThread();
        if (referenced != isReferenced) {
            isReferenced = referenced;
            if (isActive) {
                loop.countActive(referenced ? 1 : -1);
            }
        }
    }

    final void setActive(boolean active) {
        if (active != isActive) {
            isActive = active;
            if (isReferenced) {
                loop.countActive(active ? 1 : -1);
            }
        }
    }

    /**
     * Called once, when the handle is closed.
     *
     * @throws IllegalStateException if there is a listener already
     */
    public final void onClose(Runnable listener) {
        loop.checkThread();
        if (closeListener != null) {
            throw new IllegalStateException("onClose has a listener already");
        }
        closeListener = Objects.requireNonNull(listener, "listener");
    }

    /**
     * Stops the handle at once; what it still had under way ends with ECANCELED, then the listener
     * of onClose runs.
     */
    @Override
    public final void close() {
        loop.checkThread();
        if (!isClosing) {
            isClosing = true;
            release();
            setActive(false);
            loop.closing(this);
        }
    }

    /**
     * A second descriptor of the socket behind this handle, close-on-exec, to be sent to another
     * process ({@link StreamDescriptors#write}). The handle goes on; what it was written goes out
     * before. A stream that is closed here sends no FIN as long as another descriptor is open.
     *
     * @throws IOException EMFILE
     * @throws IllegalStateException if there is no socket (yet), as behind a timer
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public final Descriptor duplicate() throws IOException {
        loop.checkThread();
        Port port = isClosing ? null : portOrNull();
        settle();
        if (port == null) {
            throw new IllegalStateException("there is no socket behind it: " + this);
        }
        return Descriptor.of(loop.driver.duplicate(port));
    }

    /**
     * Takes the socket out of this handle, which is closed thereby: its descriptor is the caller's,
     * close-on-exec. For a connection that is passed on as it was accepted, before anything is read
     * from it; what was written and is still here is lost.
     *
     * {@snippet class="dev.millrace.loop.ListenFeedTest" region="extract"}
     *
     * @throws IllegalStateException if there is no socket (yet), as behind a timer
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public final Descriptor extract() {
        loop.checkThread();
        Port port = isClosing ? null : portOrNull();
        if (port == null) {
            throw new IllegalStateException("there is no socket behind it: " + this);
        }
        Descriptor extracted = Descriptor.of(loop.driver.release(port));
        close();
        return extracted;
    }

    /** The socket behind it, if it has one. */
    @Nullable Port portOrNull() {
        return null;
    }

    /** Hands the kernel what waits for the end of the callback. */
    void settle() {}

    /** Gives back what the kernel or the loop holds for it; runs no user code. */
    abstract void release();

    /** Ends what is still under way with ECANCELED, in the closing phase. */
    void cancel() {}

    /** The closing phase's part. */
    final void finishClosing() {
        cancel();
        isClosed = true;
        if (closeListener != null) {
            loop.enter(this, Handle::tellClosed, Handle::thrown);
        }
    }

    /** The last callback of a handle. */
    private void tellClosed() {
        Objects.requireNonNull(closeListener).run();
    }

    /** One line for a log: {@code TimerHandle[active, due in 400 ms]}. Any thread, any state. */
    @Override
    public final String toString() {
        return getClass().getSimpleName()
                + "["
                + state()
                + (isReferenced ? "" : ", unreferenced")
                + details()
                + "]";
    }

    /** For any thread: reads fields alone, and what it says may be old there. */
    String state() {
        return isClosed ? "closed" : isClosing ? "closing" : isActive ? "active" : "open";
    }

    /** What else there is to say, behind a comma; as {@link #state}. */
    String details() {
        return "";
    }

    /** The error {@code errno} of this handle, with the address it is about where there is one. */
    IOException error(int errno, String syscall) {
        return SystemError.of(errno, syscall);
    }

    /** What an exception in one of its callbacks means; by default, that it was not expected. */
    void thrown(Throwable thrown) {
        loop.uncaught(thrown);
    }
}
