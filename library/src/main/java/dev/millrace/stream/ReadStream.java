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
 * <p>Listeners run on the loop's thread. There may be several for the end, the error and the close,
 * which are told in the order they came; of those for bytes the last one counts. What a listener
 * throws destroys the stream.
 */
public interface ReadStream extends Resettable {
    /**
     * Receives each chunk as a buffer that belongs to the listener for ever.
     *
     * {@snippet class="dev.millrace.stream.StreamSnippets" region="onData"}
     *
     * <p>A listener that is set takes the place of the present one, from the next chunk on.
     */
    ReadStream onData(Consumer<? super ByteBuffer> listener);

    /** Removes the listener of {@link #onData}. Without any other, what comes is kept. */
    ReadStream offData();

    /**
     * Receives each chunk in place; for listeners that copy or consume at once.
     *
     * <p>A listener that is set takes the place of the present one, of {@link #onFrames} as well:
     * it gets what that one has left, the beginning of a frame included.
     */
    ReadStream onBytes(BytesListener listener);

    /**
     * Removes the listener of {@link #onBytes} or {@link #onFrames}. What it has left, the
     * beginning of a frame included, and what comes is kept until there is another.
     */
    ReadStream offBytes();

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

    /**
     * As {@link #onFrames(Framing, Consumer)}, but a bad frame is told to {@code bad} and does not
     * destroy the stream, so that {@code bad} may still respond. No frame comes after it: what
     * comes is thrown away, up to the end, unless {@code bad} sets another listener.
     *
     * {@snippet class="dev.millrace.stream.StreamSnippets" region="badFrames"}
     */
    <F> ReadStream onFrames(
            Framing<F> framing, Consumer<? super F> listener, Consumer<? super FrameException> bad);

    /**
     * Puts bytes back, in front of what is still to come: the next listener gets them first, or the
     * same one, in a call of its own. They are copied. Inside a listener of {@link #onFrames} they
     * come before what follows the frame, so that a protocol can change in mid-stream.
     *
     * <p>A listener of {@link #onData} beside one of {@link #onBytes} or {@link #onFrames} has seen
     * them already and gets them no more.
     *
     * {@snippet class="dev.millrace.stream.StreamSnippets" region="unshift"}
     *
     * @throws IllegalStateException if the end was told
     */
    ReadStream unshift(ByteBuffer bytes);

    /**
     * The peer has ended its side, and every byte before was taken. There may be several listeners.
     */
    ReadStream onEnd(Runnable listener);

    /** The stream failed; told once, before {@link #onClose}. There may be several listeners. */
    ReadStream onError(Consumer<? super IOException> listener);

    /** The stream is over; told once, last of all. There may be several listeners. */
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
     * before its end, the destination is destroyed instead of ended, and what waits there is thrown
     * away.
     *
     * <p>Unlike there, a stream that goes with the other is {@link #reset}: a relay must not make
     * "complete" of "cut off". Unix sockets have no reset; their peer sees an end.
     *
     * {@snippet class="dev.millrace.stream.StreamSnippets" region="pipelineTo"}
     *
     * @return {@code destination}
     * @throws IllegalStateException if a stream is piped there already
     */
    <W extends WriteStream> W pipelineTo(W destination);
}
