package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Frames that tell their length in front:
 *
 * <pre>
 *   │◀───────── header ─────────▶│
 *   │ offsetBytes │  widthBytes  │  body                │  extraBytes  │
 *                   the length ──┴──────────────────────▶
 * </pre>
 *
 * The length is an unsigned number that counts the body, or header and body. The user gets body and
 * extra bytes, or the whole frame.
 *
 * {@snippet class="dev.millrace.stream.StreamExamplesTest" region="lengthField"}
 *
 * @param offsetBytes bytes in front of the length
 * @param widthBytes bytes of the length: 1, 2, 3, 4 or 8
 * @param order which byte of the length comes first
 * @param countsHeader whether the length counts the header too
 * @param extraBytes bytes behind the body that the length does not count, such as a checksum
 * @param keepsHeader whether the user gets the header too
 * @param maxFrameBytes the longest frame, header and extra bytes included
 */
public record LengthField(
        int offsetBytes,
        int widthBytes,
        ByteOrder order,
        boolean countsHeader,
        int extraBytes,
        boolean keepsHeader,
        int maxFrameBytes)
        implements Framing<ByteBuffer> {

    /**
     * @throws IllegalArgumentException if the sizes do not go together
     */
    public LengthField {
        Objects.requireNonNull(order, "order");
        boolean isWidth = widthBytes >= 1 && widthBytes <= 4 || widthBytes == Long.BYTES;
        if (!isWidth || offsetBytes < 0 || extraBytes < 0) {
            throw new IllegalArgumentException(
                    ("a length of %d bytes after %d bytes, with %d extra bytes:"
                                    + " use a length of 1, 2, 3, 4 or 8, and 0 or more of the others")
                            .formatted(widthBytes, offsetBytes, extraBytes));
        }
        if ((long) offsetBytes + widthBytes + extraBytes > maxFrameBytes) {
            throw new IllegalArgumentException(
                    "frames of at most "
                            + maxFrameBytes
                            + " bytes have no room for a body: use more");
        }
    }

    static LengthField of(int widthBytes, int maxFrameBytes) {
        return new LengthField(0, widthBytes, ByteOrder.BIG_ENDIAN, false, 0, false, maxFrameBytes);
    }

    /** With so many bytes in front of the length. */
    public LengthField withOffsetBytes(int bytes) {
        return new LengthField(
                bytes, widthBytes, order, countsHeader, extraBytes, keepsHeader, maxFrameBytes);
    }

    /** With another order of the length's bytes. */
    public LengthField withOrder(ByteOrder other) {
        return new LengthField(
                offsetBytes,
                widthBytes,
                other,
                countsHeader,
                extraBytes,
                keepsHeader,
                maxFrameBytes);
    }

    /** With a length that counts the header too, or does not. */
    public LengthField withCountsHeader(boolean counts) {
        return new LengthField(
                offsetBytes, widthBytes, order, counts, extraBytes, keepsHeader, maxFrameBytes);
    }

    /** With so many bytes behind the body that the length does not count. */
    public LengthField withExtraBytes(int bytes) {
        return new LengthField(
                offsetBytes, widthBytes, order, countsHeader, bytes, keepsHeader, maxFrameBytes);
    }

    /** With the header given to the user, or not. */
    public LengthField withKeepsHeader(boolean keeps) {
        return new LengthField(
                offsetBytes, widthBytes, order, countsHeader, extraBytes, keeps, maxFrameBytes);
    }

    private int headerBytes() {
        return offsetBytes + widthBytes;
    }

    @Override
    public int measure(byte[] array, int offset, int length, int seen) throws FrameException {
        if (length < headerBytes()) {
            return UNKNOWN;
        }
        long told = told(array, offset + offsetBytes);
        if (Long.compareUnsigned(told, maxFrameBytes) > 0) {
            // Also what a signed length would call negative.
            throw FrameException.tooLong("a frame", Long.toUnsignedString(told), maxFrameBytes);
        }
        if (countsHeader && told < headerBytes()) {
            throw new FrameException(
                    "a length of " + told + " bytes, its header alone has " + headerBytes());
        }
        long frameBytes = told + (countsHeader ? 0 : headerBytes()) + extraBytes;
        if (frameBytes > maxFrameBytes) {
            throw FrameException.tooLong("a frame", Long.toString(frameBytes), maxFrameBytes);
        }
        return (int) frameBytes;
    }

    private long told(byte[] array, int at) {
        long told = 0;
        for (int i = 0; i < widthBytes; i++) {
            told = told << Byte.SIZE | Byte.toUnsignedLong(array[at + placeOf(i)]);
        }
        return told;
    }

    /** Where the byte of the length lies that is number {@code i} of most significance. */
    private int placeOf(int i) {
        return order == ByteOrder.BIG_ENDIAN ? i : widthBytes - 1 - i;
    }

    @Override
    public ByteBuffer decode(byte[] array, int offset, int length) {
        int skipped = keepsHeader ? 0 : headerBytes();
        return Framing.lent(array, offset + skipped, length - skipped);
    }

    /**
     * {@inheritDoc} It takes what the other end gets: body and extra bytes, or, with the header
     * kept, the whole frame, whose length is put in. Bytes in front of a length that the caller
     * does not give are 0.
     */
    @Override
    public byte[] encode(ByteBuffer frame) {
        int given = frame.remaining();
        int skipped = keepsHeader ? 0 : headerBytes();
        long body = (long) given + skipped - headerBytes() - extraBytes;
        long told = body + (countsHeader ? headerBytes() : 0);
        if (body < 0
                || given > maxFrameBytes - skipped
                || Long.compareUnsigned(told, maxTold()) > 0) {
            throw new IllegalArgumentException(
                    "a frame of " + given + " bytes does not go into " + this);
        }
        byte[] bytes = new byte[skipped + given];
        frame.get(frame.position(), bytes, skipped, given);
        for (int i = widthBytes - 1; i >= 0; i--) {
            bytes[offsetBytes + placeOf(i)] = (byte) told;
            told >>>= Byte.SIZE;
        }
        return bytes;
    }

    private long maxTold() {
        return -1L >>> Long.SIZE - Byte.SIZE * widthBytes;
    }
}
