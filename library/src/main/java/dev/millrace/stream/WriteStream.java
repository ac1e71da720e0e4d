package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The side of a stream that bytes go into.
 *
 * <p>{@code write} takes everything. It answers false when 64 KiB or more are waiting, and then
 * {@link #onDrain} is told once, when nothing waits any more. A writer that goes on regardless
 * fills memory, until it meets the {@link WriteLimit}. Loop thread only.
 *
 * <p>A write after {@link #end} is an error of this stream, told once where it tells its errors
 * ({@code ERR_STREAM_WRITE_AFTER_END}), and never thrown at the writer, who may be serving another
 * stream just then.
 *
 * <p>{@link WriteSide} is this contract, for authors of streams.
 */
public interface WriteStream extends Resettable {
    /** Bytes waiting from which on {@code write} answers false. */
    int HIGH_WATER_MARK_BYTES = 64 * 1024;

    /**
     * Writes bytes that the caller may reuse at once.
     *
     * {@snippet class="dev.millrace.net.SocketExamplesTest" region="write"}
     *
     * @return false when the caller should wait for {@link #onDrain}, and when nothing is written
     *     any more
     */
    boolean write(byte[] array, int offset, int length);

    /**
     * Writes what remains in {@code buffer}, which then belongs to the stream: it must not be
     * changed any more.
     *
     * @return false when the caller should wait for {@link #onDrain}, and when nothing is written
     *     any more
     */
    boolean write(ByteBuffer buffer);

    /** Writes {@code bytes}, which then belong to the stream: they must not be changed any more. */
    default boolean write(byte[] bytes) {
        return write(ByteBuffer.wrap(bytes));
    }

    /** Writes {@code text} as UTF-8. */
    default boolean write(String text) {
        return write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Ends this side once everything was written. Idempotent. */
    void end();

    /** Writes {@code text} as UTF-8, then ends this side. */
    default void end(String text) {
        end(text.getBytes(StandardCharsets.UTF_8));
    }

    /** As {@link #end(String)}, with bytes that then belong to the stream. */
    default void end(byte[] bytes) {
        write(bytes);
        end();
    }

    /** As {@link #end(String)}, with what remains in a buffer that then belongs to the stream. */
    default void end(ByteBuffer buffer) {
        write(buffer);
        end();
    }

    /**
     * Everything that was waiting has been handed on; told once after each {@code write} that
     * answered false.
     */
    WriteStream onDrain(Runnable listener);

    /**
     * Where parts of open files are written, for sources that have them; null where only bytes are.
     * A pipe from such a source asks before each of its steps.
     */
    default @Nullable RegionWriter regions() {
        return null;
    }

    /** For {@link ReadStream#pipeTo}: {@code pipe} is told of every drain and of the close. */
    void piped(StreamPipe pipe);
}
