package dev.millrace.loop;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.ListenOptions;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One listen that was asked for and is to be answered by a {@link ListenSource}: at once, or on a
 * later turn of the loop.
 *
 * <pre>
 *   open ──listens──▶ over: the handle listens
 *     ├────failed───▶ over: the handle is closed, the asker is told why
 *     └──cancel, by the asker──▶ cancelled: the handle is closed, the source is told
 * </pre>
 *
 * While it is open it keeps the loop alive, unless its handle was {@linkplain Handle#unref
 * unreferenced}. Loop thread only: a source that hears the answer elsewhere hands it over with
 * {@link Loop#execute}.
 *
 * {@snippet class="dev.millrace.loop.LoopExamplesTest" region="listenLater"}
 */
public final class ListenAttempt {
    private final ListenHandle handle;
    private final Address address;

    /** The asker: gets null when the handle listens, otherwise why it does not. */
    private final Consumer<? super @Nullable IOException> outcome;

    private @Nullable Runnable cancelListener;
    private State state = State.OPEN;

    /** The source has returned: what comes now is called by who knows what. */
    private boolean isLater;

    private enum State {
        OPEN,
        OVER,
        CANCELLED
    }

    private ListenAttempt(
            ListenHandle handle, Address address, Consumer<? super @Nullable IOException> outcome) {
        this.handle = handle;
        this.address = Objects.requireNonNull(address, "address");
        this.outcome = Objects.requireNonNull(outcome, "outcome");
    }

    /**
     * Asks the loop's source to make {@code handle} listen at {@code address}.
     *
     * @param outcome gets null when it does, or why it does not, once; nothing after {@link
     *     #cancel}. A source that answers at once makes it run within this call
     */
    public static ListenAttempt start(
            ListenHandle handle, Address address, Consumer<? super @Nullable IOException> outcome) {
        handle.loop.checkThread();
        ListenAttempt attempt = new ListenAttempt(handle, address, outcome);
        handle.setActive(true);
        boolean isAnswerable = false;
        try {
            ListenSource source = handle.loop.listenSource();
            (handle.options.exclusive() ? ListenSource.OWN : source).open(attempt);
            isAnswerable = true;
        } catch (IOException e) {
            isAnswerable = true;
            attempt.failed(e);
        } finally {
            if (!isAnswerable) {
                // A mistake in the source, which goes on to the caller: no answer is going to come.
                attempt.state = State.OVER;
                handle.close();
            }
        }
        attempt.isLater = true;
        return attempt;
    }

    /** The handle that is to listen. */
    public ListenHandle handle() {
        handle.loop.checkThread();
        return handle;
    }

    /** Where it is to listen. Any thread. */
    public Address address() {
        return address;
    }

    /** How it is to listen. */
    public ListenOptions options() {
        handle.loop.checkThread();
        return handle.options;
    }

    /**
     * For the source: the handle listens without a socket of its own, at {@code address}, and gets
     * the connections that the result is given; for listeners that are elsewhere.
     *
     * {@snippet class="dev.millrace.loop.ListenFeedTest" region="feed"}
     *
     * @throws IllegalStateException if it was answered already, or cancelled
     */
    public ListenFeed feed(Address address) {
        handle.loop.checkThread();
        if (state == State.CANCELLED) {
            throw new IllegalStateException("the listen was cancelled");
        }
        ListenFeed feed = new ListenFeed(handle);
        handle.feed(feed, Objects.requireNonNull(address, "address"));
        answer(null);
        return feed;
    }

    /** Whether the asker has lost interest; an answer is of no consequence then. */
    public boolean isCancelled() {
        handle.loop.checkThread();
        return state == State.CANCELLED;
    }

    /**
     * For the source: told once when the asker closes before the answer. What was opened for the
     * handle is closed with it.
     *
     * @throws IllegalStateException if there is a listener already
     */
    public void onCancel(Runnable listener) {
        handle.loop.checkThread();
        if (cancelListener != null) {
            throw new IllegalStateException("onCancel has a listener already");
        }
        cancelListener = Objects.requireNonNull(listener, "listener");
    }

    /**
     * For the source: the handle listens. After a cancel it does nothing.
     *
     * @throws IllegalStateException if it was answered already
     */
    public void listens() {
        answer(null);
    }

    /**
     * For the source: the handle can't listen, and is closed. After a cancel it does nothing.
     *
     * @throws IllegalStateException if it was answered already
     */
    public void failed(IOException error) {
        answer(Objects.requireNonNull(error, "error"));
    }

    private void answer(@Nullable IOException error) {
        handle.loop.checkThread();
        if (state == State.CANCELLED) {
            return;
        }
        if (state == State.OVER) {
            throw new IllegalStateException("the listen was answered already");
        }
        state = State.OVER;
        if (error != null) {
            handle.close();
        }
        if (isLater) {
            // Below a callback of the source's: what the asker's listeners throw is not its.
            handle.loop.enter(this, one -> one.outcome.accept(error), ListenAttempt::threw);
        } else {
            outcome.accept(error);
        }
    }

    private void threw(Throwable thrown) {
        handle.loop.uncaught(thrown);
    }

    /** For the asker: wants no answer any more. Closes the handle; the source is told. */
    public void cancel() {
        handle.loop.checkThread();
        if (state != State.OPEN) {
            return;
        }
        state = State.CANCELLED;
        handle.close();
        if (cancelListener != null) {
            cancelListener.run();
        }
    }

    /** {@code ListenAttempt[OPEN, 127.0.0.1:8080]}. Any thread. */
    @Override
    public String toString() {
        return "ListenAttempt[" + state + ", " + address + "]";
    }
}
