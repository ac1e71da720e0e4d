package dev.millrace.stdio;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.WorkPool;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of what has no readiness (a file) or can't be made non-blocking, read by a thread: one
 * chunk at a time, and none that was not asked for, so that a pause reaches the source. A thread
 * that is idle for long ends.
 *
 * <pre>
 *   loop:    start ──ask──▶ (waiting) ◀──execute── arrived ──▶ deliver, ask again
 *   thread:              read, which may block ──▶
 * </pre>
 *
 * A read that is under way can't be taken back: what it brings after a stop is kept by the read
 * side, and after a close it is lost.
 */
final class StandardThreadInlet implements StandardInlet {
    private final Loop loop;
    private final InputStream source;
    private final StandardInput input;
    private final Executor thread = new WorkPool("millrace-stdin", 1, 1);
    private final byte[] array = new byte[Driver.RECEIVE_MAX_BYTES];
    private boolean isClosed;
    private boolean isReading;
    private boolean isUnderWay;
    private boolean isReferenced = true;
    private @Nullable Runnable hold;

    StandardThreadInlet(Loop loop, InputStream source, StandardInput input) {
        this.loop = loop;
        this.source = source;
        this.input = input;
    }

    @Override
    public void start() {
        isReading = true;
        holdLoop();
        ask();
    }

    private void ask() {
        if (isReading && !isUnderWay && !isClosed) {
            isUnderWay = true;
            thread.execute(this::read);
        }
    }

    @Override
    public void stop() {
        isReading = false;
        holdLoop();
    }

    @Override
    public void reference(boolean isReferenced) {
        this.isReferenced = isReferenced;
        holdLoop();
    }

    /** The loop stays alive only while bytes are waited for. */
    private void holdLoop() {
        boolean isWanted = isReading && isReferenced;
        if (isWanted && hold == null) {
            hold = loop.keepAlive();
        } else if (!isWanted && hold != null) {
            hold.run();
            hold = null;
        }
    }

    @Override
    public void close(Runnable closed) {
        isClosed = true;
        stop();
        loop.setImmediate(closed);
    }

    /** The thread. */
    private void read() {
        try {
            int count = source.read(array);
            loop.execute(() -> told(count, null));
        } catch (IOException e) {
            loop.execute(() -> told(-1, SystemError.of(e, "read", Errno.EIO)));
        }
    }

    /** What the thread has read, on the loop: a listener that throws destroys the stream. */
    private void told(int count, @Nullable IOException failure) {
        if (!isClosed) {
            loop.enter(
                    this,
                    inlet -> inlet.arrived(count, failure),
                    (inlet, thrown) -> inlet.input.thrown(thrown));
        }
    }

    private void arrived(int count, @Nullable IOException failure) {
        if (failure != null) {
            input.destroy(failure);
        } else if (count < 0) {
            stop();
            input.inbound().end();
        } else {
            // Until then the array is lent, though its reader may resume: no read may begin.
            input.inbound().deliver(array, 0, count);
            isUnderWay = false;
            ask();
        }
    }
}
