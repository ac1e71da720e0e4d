package dev.millrace.loop;

import dev.millrace.kernel.BufferSource;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link StreamHandle} reports to its one owner, on the loop's thread. The owner may close
 * the handle in any.
 *
 * {@snippet class="dev.millrace.loop.StreamHandleExamplesTest" region="events"}
 */
public interface StreamEvents {
    /** Of a handle whose owner takes its place before anything can happen. */
    StreamEvents NONE =
            new StreamEvents() {
                @Override
                public void onRead(byte[] array, int offset, int length) {}

                @Override
                public void onEnd() {}

                @Override
                public void onError(IOException error) {}

                @Override
                public void onThrown(Throwable thrown) {}
            };

    /** {@code length} bytes arrived; they are lent for the duration of the call. */
    void onRead(byte[] array, int offset, int length);

    /** The peer sent FIN; every byte before it was reported. */
    void onEnd();

    /** Reading or writing failed: the stream is of no more use, and its owner closes it. */
    void onError(IOException error);

    /**
     * The peer left while it was not read: {@code reset} is null after its FIN, ECONNRESET after
     * its reset. Told at most once. What it had sent is kept, and comes with the next {@link
     * StreamHandle#readStart}, then the end or the error as always.
     */
    default void onPeerClosed(@Nullable IOException reset) {}

    /**
     * The stream's {@link BufferSource} had no buffer; {@code error} is ENOBUFS. Nothing is lost,
     * and reading goes on with the next {@link StreamHandle#readStart}.
     */
    default void onNoBuffer(IOException error) {}

    /**
     * Everything written so far was handed to the kernel; only after {@link
     * StreamHandle#notifyDrained}.
     */
    default void onDrained() {}

    /** A callback of the stream threw. */
    void onThrown(Throwable thrown);
}
