package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * How bytes are cut into messages, and messages made into bytes. A stream has no borders of its
 * own.
 *
 * {@snippet class="dev.millrace.stream.StreamSnippets" region="framing"}
 *
 * <p>Four are ready; another protocol's is two small methods. A framing has no state, so that one
 * serves any number of streams, and promises:
 *
 * <ul>
 *   <li>{@code measure} gives the same answer however the bytes are cut: a frame once measured has
 *       this size whatever comes behind it.
 *   <li>A frame past the limit is refused as soon as its bytes prove it, not when it is complete.
 *   <li>Neither method keeps or changes the array it is shown.
 *   <li>{@code encode} makes what {@code measure} and {@code decode} take back, and nothing that
 *       they would cut otherwise.
 * </ul>
 *
 * @param <F> what a frame is to the user: text, or a buffer that is lent (see {@link
 *     ReadStream#onFrames})
 */
public interface Framing<F> {
    /** More bytes are needed to tell where the frame ends. */
    int UNKNOWN = -1;

    /**
     * How many bytes the first frame takes, header and end mark included, or {@link #UNKNOWN}. It
     * may be more than there are yet.
     *
     * @param seen bytes at the front for which an earlier call answered {@code UNKNOWN}
     * @throws FrameException if it can't become a frame: too long, or malformed
     */
    int measure(byte[] array, int offset, int length, int seen) throws FrameException;

    /**
     * What the user gets of a frame that is complete: exactly the measured bytes.
     *
     * @throws FrameException if they are no frame
     */
    F decode(byte[] array, int offset, int length) throws FrameException;

    /**
     * The bytes of a frame, to be written as they are: {@code socket.write(framing.encode(frame))}.
     * A buffer's position is left as it is.
     *
     * @throws IllegalArgumentException if the other end would not get this frame back
     */
    byte[] encode(F frame);

    /**
     * A read-only view of bytes that are lent, for {@code decode}. A stream that it is written to
     * copies it.
     */
    static ByteBuffer lent(byte[] array, int offset, int length) {
        return ByteBuffer.wrap(array, offset, length).slice().asReadOnlyBuffer();
    }

    /**
     * Frames of so many bytes each.
     *
     * @throws IllegalArgumentException if that is less than 1
     */
    static Framing<ByteBuffer> fixedLength(int frameBytes) {
        return new FixedLength(frameBytes);
    }

    /**
     * Frames that begin with their length, {@code widthBytes} of it, in network byte order; see
     * {@link LengthField} for everything else that protocols do with it.
     *
     * @param widthBytes 1, 2, 3, 4 or 8
     * @param maxFrameBytes the longest frame, its header included
     * @throws IllegalArgumentException if the width is another one, or leaves no room
     */
    static LengthField lengthField(int widthBytes, int maxFrameBytes) {
        return LengthField.of(widthBytes, maxFrameBytes);
    }

    /**
     * Frames that end with these bytes, which are not given to the user.
     *
     * @param maxFrameBytes the longest frame, the delimiter not counted
     * @throws IllegalArgumentException if the delimiter is empty or the limit less than 1
     */
    static Framing<ByteBuffer> delimiter(byte[] delimiter, int maxFrameBytes) {
        return new Delimiter(delimiter, maxFrameBytes);
    }

    /** As {@link #delimiter(byte[], int)}, of the delimiter's UTF-8. */
    static Framing<ByteBuffer> delimiter(String delimiter, int maxFrameBytes) {
        return delimiter(delimiter.getBytes(StandardCharsets.UTF_8), maxFrameBytes);
    }

    /**
     * Lines of UTF-8 that end with LF or CRLF, given without it.
     *
     * @param maxLineBytes the longest line, its end not counted
     * @throws IllegalArgumentException if that is less than 1
     */
    static Lines lines(int maxLineBytes) {
        return Lines.of(maxLineBytes);
    }
}
