package dev.millrace.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * The side of a stream that bytes come out of.
 *
 * <p>It flows from the start, unless it is paused. Bytes that arrive without a listener are kept,
 * up to 64 KiB; then nothing more is received until there is one, so memory stays bounded and the
 * peer is slowed down. The end is told after the last byte was taken, not before.
 *
 * <p>Every {@code on} method holds one listener, which runs on the loop's thread; a second
 * registration throws {@link IllegalStateException}. What a listener throws destroys the stream.
 */
public interface ReadStream {
    /**
     * Receives each chunk as a buffer that belongs to the listener for ever.
     *
     * {@snippet class="dev.millrace.stream.StreamSnippets" region="onData"}
     */
    ReadStream onData(Consumer<? super ByteBuffer> listener);

    /** Receives each chunk in place; for listeners that copy or consume at once. */
    ReadStream onBytes(BytesListener listener);

    /**
     * Receives whole messages, in place of {@link #onBytes}.
     *
     * {@snippet class="dev.millrace.stream.StreamSnippets" region="onFrames"}
     *
     * <p>A frame that is a buffer is lent: read-only, and overwritten when {@code listener}
     * returns. A stream that it is written to copies it; a listener that keeps it has to copy it.
     * One that lies whole in what was received is not copied for it. A listener that pauses the
     * stream gets no further frame, and nothing more is received.
     *
     * <p>A frame that is too long or malformed, or that the end of the stream breaks off, destroys
     * the stream with a {@link FrameException}, told to {@link #onError}; the end is then not told.
     */
    <F> ReadStream onFrames(Framing<F> framing, Consumer<? super F> listener);

    /** The peer has ended its side, and every byte before was taken. */
    ReadStream onEnd(Runnable listener);

    /** The stream failed; told once, before {@link #onClose}. */
    ReadStream onError(Consumer<? super IOException> listener);

    /** The stream is over; told once, last of all. */
    ReadStream onClose(Runnable listener);

    /** Stops the flow at once. */
    ReadStream pause();

    /**
     * Lets it flow again. Without a listener for bytes, they are thrown away from now on, as in
     * Node.
     */
    ReadStream resume();

    /** Whether it is paused. */
    boolean isPaused();

    /**
     * Writes everything to {@code destination}, as fast as that takes it, then ends it. With
     * several destinations all wait for the slowest. A failure of one end leaves the other alone: a
     * failure here leaves the destination open, and a destination that closes early does not
     * destroy this stream. If that was the last destination, this stream is paused until it is
     * piped anew.
     *
     * {@snippet class="dev.millrace.stream.StreamSnippets" region="pipeTo"}
     *
     * @return {@code destination}
     * @throws IllegalStateException if a stream is piped there already
     */
    <W extends WriteStream> W pipeTo(W destination);

    /**
     * As {@link #pipeTo}, but the ends share their fate, as in Node's {@code pipeline}: if the
     * destination closes early, this stream is destroyed; if this stream fails or is destroyed
     * before its end, the destination is destroyed instead of ended.
     *
     * {@snippet class="dev.millrace.stream.StreamSnippets" region="pipelineTo"}
     *
     * @return {@code destination}
     * @throws IllegalStateException if a stream is piped there already
     */
    <W extends WriteStream> W pipelineTo(W destination);

    /** Ends the stream in both directions at once. Idempotent. */
    void destroy();
}
