package dev.millrace.loop;

import dev.millrace.driver.FileRegion;
import dev.millrace.observe.Cause;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a handle with one outcome: a connect, a write, a shutdown or a send. The
 * callback gets null for success, otherwise the error, exactly once, never from inside the call
 * that started the operation, and always before the handle's close callback. After its callback a
 * request may be used again. Loop thread only.
 *
 * {@snippet class="dev.millrace.loop.StreamHandleExamplesTest" region="request"}
 */
public final class Request {
    /** What a pending request waits for. */
    public enum Kind {
        CONNECT,
        WRITE,
        SHUTDOWN,
        SEND
    }

    private final Consumer<? super @Nullable IOException> callback;
    private @Nullable Object data;
    private @Nullable Kind kind;
    private @Nullable Handle handle;
    private @Nullable IOException outcome;

    /** A write is over when this many bytes of the stream have been handed to the kernel. */
    long endPosition;

    /** See {@link #beforeClose}. */
    boolean isBeforeClose;

    /** What it writes, if that is a part of a file. */
    @Nullable FileRegion region;

    /** A request that tells {@code callback} its outcome. */
    public Request(Consumer<? super @Nullable IOException> callback) {
        this.callback = Cause.bind(Objects.requireNonNull(callback, "callback"));
    }

    /** What the user attached. */
    public @Nullable Object data() {
        checkThread();
        return data;
    }

    /** Attaches something of the user's. */
    public Request data(@Nullable Object data) {
        checkThread();
        this.data = data;
        return this;
    }

    /**
     * For a shutdown whose callback closes the stream: where that sends the FIN as well, none is
     * sent before it. Holds until the callback.
     *
     * {@snippet class="dev.millrace.loop.StreamHandleExamplesTest" region="beforeClose"}
     */
    public Request beforeClose() {
        checkThread();
        isBeforeClose = true;
        return this;
    }

    /** What it waits for, or null when it is free. */
    public @Nullable Kind kind() {
        checkThread();
        return kind;
    }

    /** Before its first use it belongs to no loop. */
    private void checkThread() {
        if (handle != null) {
            handle.loop.checkThread();
        }
    }

    void begin(Kind kind, Handle handle) {
        if (this.kind != null) {
            throw new IllegalStateException(
                    "the request is in use: a " + this.kind + " has not ended yet");
        }
        this.kind = kind;
        this.handle = handle;
        handle.loop.countRequests(1);
    }

    /**
     * Ends it; the callback runs now, so call this from a place where user code may run. {@code
     * errno} 0: success.
     */
    void end(int errno) {
        Handle owner = Objects.requireNonNull(handle);
        end(errno == 0 ? null : owner.error(errno, syscall()));
    }

    /** Ends a write that is over; the file it was of may still have failed. */
    void written() {
        int errno = region == null ? 0 : region.failure();
        region = null;
        end(errno);
    }

    /** As {@link #end(int)}, with the error made already; null: success. */
    void end(@Nullable IOException error) {
        Handle owner = Objects.requireNonNull(handle);
        outcome = error;
        kind = null;
        isBeforeClose = false;
        owner.loop.countRequests(-1);
        owner.loop.enter(this, Request::tell, Request::failed);
    }

    private String syscall() {
        return kind == null ? "close" : kind.name().toLowerCase(java.util.Locale.ROOT);
    }

    void cancel() {
        end(Errno.ECANCELED);
    }

    private void tell() {
        callback.accept(outcome);
    }

    private void failed(Throwable thrown) {
        Objects.requireNonNull(handle).thrown(thrown);
    }

    /** {@code Request[WRITE]}, or {@code Request[free]}. Any thread. */
    @Override
    public String toString() {
        Kind now = kind;
        return "Request[" + (now == null ? "free" : now) + "]";
    }
}
