package dev.millrace.loop;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Wakes its loop from any thread, as libuv's {@code uv_async_t} does: {@link #send} makes the
 * listener run on the loop's thread. Sends that come before the listener has begun are one call;
 * each send is followed by a call that begins after it.
 *
 * <p>Active from birth, and so keeps the loop alive until it is closed or {@link #unref} is called.
 * To hand over a task of its own each time there is {@link Loop#execute}.
 *
 * {@snippet class="dev.millrace.loop.HandleExamplesTest" region="async"}
 */
public final class AsyncHandle extends Handle {
    private final Runnable listener;
    private final Runnable delivery = this::deliver;
    private final AtomicBoolean isSent = new AtomicBoolean();

    /** A handle whose {@link #send} runs {@code listener}. */
    public AsyncHandle(Loop loop, Runnable listener) {
        super(loop);
        this.listener = Objects.requireNonNull(listener, "listener");
        setActive(true);
    }

    /**
     * Makes the listener run in the loop's next poll phase, which sees what the caller wrote
     * before. Any thread, also while the handle or the loop closes; after that it does nothing.
     */
    public void send() {
        // Both sides exchange it, so that what was written before a send is seen by the call that
        // follows, also when that call was due already. Only looking would not do (JLS 17.4.5).
        if (!isSent.getAndSet(true)) {
            loop.execute(delivery);
        }
    }

    private void deliver() {
        if (isClosing()) {
            return;
        }
        // Before the listener: what is sent while it runs calls it again.
        isSent.getAndSet(false);
        listener.run();
    }

    @Override
    HandleKind ownKind() {
        return HandleKind.ASYNC;
    }

    @Override
    void release() {}
}
