package dev.millrace.stdio;

import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.Terminal;
import dev.millrace.loop.Loop;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteSide;
import dev.millrace.stream.WriteStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Standard output or standard error as a stream, as Node's {@code process.stdout} is.
 *
 * {@snippet class="dev.millrace.stdio.StdioSnippets" region="output"}
 *
 * <p>A pipe, a terminal or a socket is written by the loop, as fast as it takes the bytes, through
 * a description of its own where that is needed; a file, and whatever can't be had without changing
 * what the shell shares, is written by a thread. Bytes that wait keep the loop alive, so that
 * nothing is lost at the end. The descriptor itself stays open, so a reader sees the end when the
 * process ends.
 *
 * <p>One of each for a loop; in which order its bytes and those of {@code System.out} come out is
 * left to chance. A reader that has gone away is the error EPIPE. Loop thread only.
 */
public final class StandardOutput implements WriteStream, AutoCloseable {
    private static final int STDOUT_FILENO = 1;
    private static final int STDERR_FILENO = 2;

    private final Loop loop;

    /** What is behind descriptor 1 or 2. */
    private final StandardDescriptor descriptor;

    /** Where the bytes leave the loop. */
    private final StandardOutlet outlet;

    /** What was written, on its way to the outlet. */
    private final WriteSide outbound = new ToOutlet();

    /** The error and the close. */
    private final StandardEnding ending;

    /**
     * Standard output on {@code loop}.
     *
     * @throws IllegalStateException if the loop writes to it already
     */
    public static StandardOutput open(Loop loop) {
        return new StandardOutput(loop, STDOUT_FILENO, FileDescriptor.out);
    }

    /** Standard error on {@code loop}; otherwise as {@link #open}. */
    public static StandardOutput openError(Loop loop) {
        return new StandardOutput(loop, STDERR_FILENO, FileDescriptor.err);
    }

    private StandardOutput(Loop loop, int number, FileDescriptor file) {
        this.loop = loop;
        this.ending = new StandardEnding(loop);
        this.descriptor = StandardDescriptor.open(loop, number);
        this.outlet = outlet(file);
    }

    private StandardOutlet outlet(FileDescriptor file) {
        if (descriptor.handle().isPresent()) {
            return new StandardLoopOutlet(descriptor.handle().get(), this);
        }
        return new StandardThreadOutlet(loop, new FileOutputStream(file), this);
    }

    /** What is behind it; {@link DescriptorKind#OTHER} if the driver knows no descriptors. */
    public DescriptorKind kind() {
        loop.checkThread();
        return descriptor.kind();
    }

    /** The terminal, if it is one. */
    public Optional<Terminal> terminal() {
        loop.checkThread();
        return descriptor.terminal();
    }

    /** It failed; told once, before {@link #onClose}. Without a listener the loop is told. */
    public StandardOutput onError(Consumer<? super IOException> listener) {
        ending.onError(listener);
        return this;
    }

    /** It is over; told once, last of all. */
    public StandardOutput onClose(Runnable listener) {
        ending.onClose(listener);
        return this;
    }

    @Override
    public StandardOutput onDrain(Runnable listener) {
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

    void drained() {
        outbound.drained();
    }

    /** Bytes written that the kernel has not taken yet. */
    public long queuedBytes() {
        loop.checkThread();
        return outlet.queuedBytes();
    }

    /** Closes it once everything was written. Idempotent. */
    @Override
    public void end() {
        loop.checkThread();
        outbound.end();
    }

    /** Throws away what waits, and closes it. Idempotent. */
    @Override
    public void destroy() {
        destroy(null);
    }

    /** As {@link #destroy}. */
    @Override
    public void close() {
        destroy();
    }

    void destroy(@Nullable IOException error) {
        if (ending.begin(error)) {
            outbound.destroy();
            descriptor.release();
            outlet.close(this::closed);
        }
    }

    private void closed() {
        outbound.closed();
        ending.tell();
    }

    void thrown(Throwable thrown) {
        destroy(StandardEnding.thrown(thrown));
    }

    /**
     * One line for a log: {@code StandardOutput[open, descriptor 1, PIPE]}. Any thread, any state.
     */
    @Override
    public String toString() {
        return "StandardOutput["
                + (ending.isOver() ? "closed" : "open")
                + (", descriptor " + descriptor.number() + ", " + descriptor.kind() + "]");
    }

    /** What the write side asks of the outlet. */
    private final class ToOutlet extends WriteSide {
        /** A write after the end; told with the close. */
        private @Nullable IOException late;

        /** A standard stream's writes have no callbacks. */
        @Override
        protected boolean handOn(
                byte[] array,
                int offset,
                int length,
                boolean isLent,
                @Nullable Consumer<? super @Nullable IOException> callback) {
            outlet.write(array, offset, length, isLent);
            return true;
        }

        @Override
        protected long queuedBytes() {
            return outlet.queuedBytes();
        }

        @Override
        protected void notifyDrained() {
            outlet.notifyDrained();
        }

        /** The last byte is handed on, or could not be: the stream is over either way. */
        @Override
        protected void endWriting() {
            outlet.end(error -> StandardOutput.this.destroy(error == null ? late : error));
        }

        /** What was written before the end still goes out. */
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
    }
}
