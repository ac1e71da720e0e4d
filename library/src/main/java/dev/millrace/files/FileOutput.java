package dev.millrace.files;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.stream.Listeners;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteLimit;
import dev.millrace.stream.WriteSide;
import dev.millrace.stream.WriteStream;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file as a stream to write to, as Node's {@code fs.createWriteStream} is.
 *
 * {@snippet class="dev.millrace.files.FileStreamSnippets" region="upload"}
 *
 * <p>It is opened and written off the loop, by threads of which all loops together have four, in
 * the order of the writes. A source that is piped here waits for the disk; a writer that ignores
 * {@link #onDrain} meets {@link WriteLimit#DEFAULTS}, which is the error ENOBUFS. While bytes are
 * on their way the loop stays alive; a file that is merely open does not hold it, and is closed
 * with it.
 *
 * <p>A write of up to 128 KiB to a file that is appended to goes out whole: several writers of one
 * log don't cut each other's lines.
 *
 * <p>{@link #end} writes what waits, syncs it if that was asked for, closes the file, and then
 * tells {@link #onFinish}. {@link #destroy}, an error, and a source of {@link
 * dev.millrace.stream.ReadStream#pipelineTo} that breaks off leave in the file what was written so
 * far, and {@link #onFinish} is not told.
 *
 * <p>Only regular files are written, and devices that never wait, such as {@code /dev/null}: a
 * folder is EISDIR, a FIFO, a socket or a terminal is ESPIPE. The error comes when the file is
 * closed, before a source of {@code pipelineTo} is destroyed. Without a listener the loop is told.
 * Loop thread only.
 */
public final class FileOutput implements WriteStream, AutoCloseable {
    private final Loop loop;
    private final Path path;
    private final FileLane lane;

    /** The file itself, which belongs to the thread of the step that is under way. */
    private final FileTarget target;

    private final FileQueue waiting = new FileQueue();
    private final ToFile outbound = new ToFile();
    private final FileEnding ending;
    private @Nullable Runnable openListener;
    private boolean isOpen;
    private boolean isUnderWay;

    /** Bytes of the step that is under way. */
    private int underWay;

    /** The largest write of those that wait, for the limit. */
    private int largest;

    private boolean wantsDrained;
    private boolean isEnding;

    /** As the last step has left them. */
    private long bytesWritten;

    private long position;

    /** {@code path}, made if it is not there and emptied if it is; it fails later. */
    public static FileOutput create(Loop loop, Path path) {
        return create(loop, path, FileOutputOptions.DEFAULTS);
    }

    /** As the other {@code create}, the way {@code options} say. */
    public static FileOutput create(Loop loop, Path path, FileOutputOptions options) {
        return new FileOutput(loop, Objects.requireNonNull(path, "path"), options);
    }

    private FileOutput(Loop loop, Path path, FileOutputOptions options) {
        this.loop = loop;
        this.path = path;
        this.position = options.start();
        this.lane = new FileLane(loop);
        this.ending = new FileEnding(loop);
        this.target = new FileTarget(lane, path, options);
        isUnderWay = true;
        lane.begin(target::open, this::opened);
    }

    /** The file is open, and nothing was written to it yet. */
    public FileOutput onOpen(Runnable listener) {
        loop.checkThread();
        openListener = Listeners.once(openListener, listener, "onOpen");
        return this;
    }

    /** Everything that was written before {@link #end} is in the file, which is closed. */
    public FileOutput onFinish(Runnable listener) {
        loop.checkThread();
        outbound.onFinish(listener);
        return this;
    }

    /** It failed; told once, before {@link #onClose}. Without a listener the loop is told. */
    public FileOutput onError(Consumer<? super IOException> listener) {
        ending.onError(listener);
        return this;
    }

    /** It is over, and the file closed; told once, last of all. */
    public FileOutput onClose(Runnable listener) {
        ending.onClose(listener);
        return this;
    }

    @Override
    public FileOutput onDrain(Runnable listener) {
        loop.checkThread();
        outbound.onDrain(listener);
        return this;
    }

    @Override
    public void piped(StreamPipe from) {
        loop.checkThread();
        outbound.piped(from);
    }

    @Override
    public boolean write(byte[] array, int offset, int length) {
        loop.checkThread();
        return outbound.write(array, offset, length, null);
    }

    @Override
    public boolean write(ByteBuffer buffer) {
        loop.checkThread();
        return outbound.write(buffer, null);
    }

    /** Bytes written here that the kernel has not taken yet. */
    public long queuedBytes() {
        loop.checkThread();
        return waitingBytes();
    }

    private long waitingBytes() {
        return underWay + waiting.bytes();
    }

    /** How many bytes are in the file, of those written here. */
    public long bytesWritten() {
        loop.checkThread();
        return bytesWritten;
    }

    /**
     * The place in the file behind {@link #bytesWritten}; where it is appended to, from {@link
     * #onOpen} on, and as if nothing else did.
     */
    public long position() {
        loop.checkThread();
        return position;
    }

    /** Writes what waits, then closes the file. Idempotent. */
    @Override
    public void end() {
        loop.checkThread();
        outbound.end();
    }

    /** Throws away what waits, and closes the file. Idempotent. */
    @Override
    public void destroy() {
        over(null);
    }

    /** As {@link #destroy}. */
    @Override
    public void close() {
        destroy();
    }

    private void opened(long none, @Nullable Throwable failure) {
        if (isOver("open", failure)) {
            return;
        }
        isOpen = true;
        isUnderWay = false;
        if (openListener != null) {
            Runnable listener = openListener;
            loop.enter(this, output -> listener.run(), FileOutput::thrown);
        }
        proceed();
    }

    /** Whether a step has come too late, or failed. */
    private boolean isOver(String syscall, @Nullable Throwable failure) {
        bytesWritten = target.written();
        position = target.position();
        underWay = 0;
        if (failure != null && !ending.isOver()) {
            over(SystemError.of(failure, syscall, Errno.EIO));
        }
        return ending.isOver();
    }

    /** Begins the step that is due, if one is. */
    private void proceed() {
        if (!isOpen || isUnderWay || ending.isOver()) {
            return;
        }
        ByteBuffer piece = waiting.poll();
        if (piece != null) {
            isUnderWay = true;
            underWay = piece.remaining();
            lane.begin(() -> target.write(piece), this::written);
        } else if (isEnding) {
            isUnderWay = true;
            lane.begin(target::finish, this::finished);
        }
    }

    private void written(long none, @Nullable Throwable failure) {
        if (isOver("write", failure)) {
            return;
        }
        isUnderWay = false;
        proceed();
        if (waitingBytes() == 0) {
            largest = 0;
            tellDrained();
        }
    }

    private void tellDrained() {
        if (wantsDrained) {
            wantsDrained = false;
            loop.enter(this, output -> output.outbound.drained(), FileOutput::thrown);
        }
    }

    private void finished(long none, @Nullable Throwable failure) {
        if (!isOver("close", failure)) {
            loop.enter(this, output -> output.outbound.finished(), FileOutput::thrown);
            over(outbound.late);
        }
    }

    private void thrown(Throwable thrown) {
        if (ending.isOver()) {
            loop.uncaught(thrown);
        } else {
            over(FileEnding.thrown(thrown));
        }
    }

    private void over(@Nullable IOException error) {
        if (ending.begin(error)) {
            waiting.clear();
            outbound.destroy();
            lane.close(ofClosing -> ending.tell(ofClosing, outbound::closed));
        }
    }

    @Override
    public String toString() {
        String state = ending.isOver() ? "closed" : isOpen ? "open" : "opening";
        String waits = ", " + waitingBytes() + " waiting";
        return "FileOutput[" + path + ", " + state + ", " + bytesWritten + " bytes" + waits + "]";
    }

    /** What the write side asks of the file. */
    private final class ToFile extends WriteSide {
        /** A write after the end; told with the close. */
        private @Nullable IOException late;

        /** A file's writes have no callbacks. */
        @Override
        protected boolean handOn(
                byte[] array,
                int offset,
                int length,
                boolean isLent,
                @Nullable Consumer<? super @Nullable IOException> callback) {
            if (WriteLimit.DEFAULTS.isExceededBy(length, waitingBytes(), largest)) {
                FileOutput.this.over(SystemError.of(Errno.ENOBUFS, "write", path));
                return false;
            }
            largest = Math.max(largest, length);
            if (length > 0) {
                waiting.add(array, offset, length, isLent);
                proceed();
            }
            return true;
        }

        @Override
        protected long queuedBytes() {
            return waitingBytes();
        }

        @Override
        protected void notifyDrained() {
            wantsDrained = true;
        }

        @Override
        protected void endWriting() {
            isEnding = true;
            proceed();
        }

        /** What was written before the end still goes into the file. */
        @Override
        protected IOException writtenTooLate(boolean isWithdrawn) {
            IOException error = afterEnd();
            late = error;
            return error;
        }

        @Override
        protected void soon(Runnable task) {
            loop.nextTick(task);
        }

        @Override
        protected String kind() {
            return "file";
        }
    }
}
