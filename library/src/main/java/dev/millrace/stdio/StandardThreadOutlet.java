package dev.millrace.stdio;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.Work;
import dev.millrace.loop.WorkPool;
import dev.millrace.stream.WriteLimit;
import dev.millrace.sys.Errno;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes for what has no readiness (a file) or can't be made non-blocking, written by a thread: what
 * comes while it writes is handed over at once when it is done. Waiting bytes keep the loop alive,
 * and have the limit that every stream has.
 */
final class StandardThreadOutlet implements StandardOutlet {
    private final Loop loop;
    private final OutputStream target;
    private final StandardOutput output;
    private final Executor thread = new WorkPool("millrace-stdout", 1, 1);
    private ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private @Nullable Work<Integer> work;
    private int underWay;
    private int largest;
    private boolean wantsDrained;
    private boolean isClosed;
    private @Nullable Consumer<? super @Nullable IOException> finished;

    StandardThreadOutlet(Loop loop, OutputStream target, StandardOutput output) {
        this.loop = loop;
        this.target = target;
        this.output = output;
    }

    @Override
    public void write(byte[] array, int offset, int length, boolean isLent) {
        if (WriteLimit.DEFAULTS.isExceededBy(length, queuedBytes(), largest)) {
            output.destroy(SystemError.of(Errno.ENOBUFS, "write"));
            return;
        }
        largest = Math.max(largest, length);
        waiting.write(array, offset, length);
        handOver();
    }

    private void handOver() {
        if (underWay > 0 || waiting.size() == 0 || isClosed) {
            return;
        }
        ByteArrayOutputStream bytes = waiting;
        waiting = new ByteArrayOutputStream();
        underWay = bytes.size();
        work = loop.offload(thread, () -> writeAll(bytes));
        work.whenComplete((count, failure) -> written(failure));
    }

    /** On the thread. */
    private int writeAll(ByteArrayOutputStream bytes) throws IOException {
        bytes.writeTo(target);
        target.flush();
        return bytes.size();
    }

    private void written(@Nullable Throwable failure) {
        underWay = 0;
        if (isClosed) {
            return;
        }
        if (failure != null) {
            output.destroy(SystemError.of(failure, "write", Errno.EIO));
            return;
        }
        handOver();
        largest = queuedBytes() == 0 ? 0 : largest;
        settle();
    }

    /** Tells what was to be told when nothing waits any more. */
    private void settle() {
        if (queuedBytes() > 0 || isClosed) {
            return;
        }
        if (wantsDrained) {
            wantsDrained = false;
            loop.enter(output, StandardOutput::drained, StandardOutput::thrown);
        }
        Consumer<? super @Nullable IOException> told = finished;
        if (told != null && queuedBytes() == 0) {
            finished = null;
            told.accept(null);
        }
    }

    @Override
    public long queuedBytes() {
        return underWay + waiting.size();
    }

    @Override
    public void notifyDrained() {
        wantsDrained = true;
    }

    @Override
    public void end(Consumer<? super @Nullable IOException> told) {
        finished = told;
        loop.setImmediate(this::settle);
    }

    @Override
    public void close(Runnable closed) {
        isClosed = true;
        if (work != null) {
            // A reader may never take what the thread is writing: the loop does not wait for it.
            work.cancel(false);
        }
        loop.setImmediate(closed);
    }
}
