package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.WorkPool;
import dev.millrace.sys.Errno;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is done with one open file, off the loop: one step at a time, so in order, and its closing
 * once, behind the step that is under way.
 *
 * <pre>
 *   loop:     begin ──────▶ (a step is under way) ◀── told ──┐
 *   thread:      └─▶ step: open, read, write, sync ──────────┘
 *
 *   close, or the loop is closed: at once when no step is under way, otherwise by its thread
 * </pre>
 *
 * A step keeps the loop alive until it is told, and so does the closing. A file that a step opens
 * when nothing wants it any more is closed like another.
 */
final class FileLane {
    /** Something to do with the file, on a thread that may wait. */
    interface Step {
        long run() throws IOException;
    }

    /** Hears of a step on the loop; a failure is null when there was none. */
    interface Told {
        void accept(long result, @Nullable Throwable failure);
    }

    /** Each file has one step at work or waiting, so this many files can be at work at once. */
    private static final int WAITING_MAX = 1 << 20;

    /**
     * For all loops: a disk is not faster for more, and one that hangs takes no more than these.
     */
    private static final WorkPool THREADS =
            new WorkPool("millrace-file", WorkPool.THREADS, WAITING_MAX);

    private final Loop loop;
    private final Runnable atLoopClose = this::abandon;
    private final Object lock = new Object();

    /** Null before it is opened and once it is closed; guarded by the lock, as all below. */
    private @Nullable Closeable file;

    private boolean isUnderWay;
    private boolean isClosing;

    /** Hears of the closing. */
    private @Nullable Consumer<? super @Nullable IOException> closed;

    FileLane(Loop loop) {
        loop.checkThread();
        this.loop = loop;
        loop.atClose(atLoopClose);
    }

    /** Begins a step, on the loop; none is under way, and {@link #close} was not called. */
    void begin(Step step, Told told) {
        Runnable release = loop.keepAlive();
        synchronized (lock) {
            isUnderWay = true;
        }
        try {
            THREADS.execute(() -> perform(step, told, release));
        } catch (RejectedExecutionException full) {
            synchronized (lock) {
                isUnderWay = false;
            }
            tell(told, 0, SystemError.of(full, "open", Errno.EAGAIN), release);
        }
    }

    /** The thread. */
    private void perform(Step step, Told told, Runnable release) {
        long result = 0;
        Throwable failure = null;
        try {
            result = step.run();
        } catch (Throwable thrown) {
            failure = thrown;
        }
        boolean isLast;
        synchronized (lock) {
            isLast = isClosing;
            isUnderWay = isLast;
        }
        tell(told, result, failure, release);
        if (isLast) {
            closeAndTell();
        }
    }

    private void tell(Told told, long result, @Nullable Throwable failure, Runnable release) {
        loop.execute(() -> {
            release.run();
            told.accept(result, failure);
        });
    }

    /** For the step that opens: from now on the lane closes it. */
    void opened(Closeable opened) {
        synchronized (lock) {
            file = opened;
        }
    }

    /** For a long step, which may end early: what it does is not wanted any more. */
    boolean isClosing() {
        synchronized (lock) {
            return isClosing;
        }
    }

    /** For a step that is the last to need the file. Idempotent. */
    void closeFile() throws IOException {
        Closeable closing;
        synchronized (lock) {
            closing = file;
            file = null;
        }
        if (closing != null) {
            closing.close();
        }
    }

    /**
     * No further step. {@code told} hears on the loop, later, when the file is closed, with the
     * failure of the closing if there is one. Called once.
     */
    void close(Consumer<? super @Nullable IOException> told) {
        loop.notAtClose(atLoopClose);
        Runnable release = loop.keepAlive();
        beginClosing(error -> {
            release.run();
            told.accept(error);
        });
    }

    /** The loop is closed, and hears of nothing any more. */
    private void abandon() {
        beginClosing(error -> {});
    }

    private void beginClosing(Consumer<? super @Nullable IOException> told) {
        boolean isClosed;
        boolean isShared;
        synchronized (lock) {
            closed = told;
            isClosing = true;
            if (isUnderWay) {
                return;
            }
            isUnderWay = true;
            isClosed = file == null;
            isShared = file instanceof OpenFile open && open.isShared();
        }
        if (isClosed) {
            loop.execute(() -> told.accept(null));
            return;
        }
        if (isShared) {
            // No call of the system, unless the others have closed it at this very moment.
            closeAndTell();
            return;
        }
        try {
            THREADS.execute(this::closeAndTell);
        } catch (RejectedExecutionException full) {
            // Better the loop waits for once than the descriptor stays.
            closeAndTell();
        }
    }

    private void closeAndTell() {
        IOException failure = null;
        try {
            closeFile();
        } catch (IOException e) {
            failure = SystemError.of(e, "close", Errno.EIO);
        }
        IOException outcome = failure;
        Consumer<? super @Nullable IOException> told;
        synchronized (lock) {
            told = closed;
        }
        if (told != null) {
            loop.execute(() -> told.accept(outcome));
        }
    }
}
