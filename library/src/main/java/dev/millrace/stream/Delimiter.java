package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Frames that end with certain bytes. */
final class Delimiter implements Framing<ByteBuffer> {
    private final byte[] mark;
    private final int maxFrameBytes;

    Delimiter(byte[] delimiter, int maxFrameBytes) {
        if (delimiter.length == 0 || maxFrameBytes < 1) {
            throw new IllegalArgumentException(
                    "a delimiter of "
                            + delimiter.length
                            + " bytes, frames of at most "
                            + maxFrameBytes
                            + " bytes: use 1 or more of both");
        }
        this.mark = delimiter.clone();
        this.maxFrameBytes = maxFrameBytes;
    }

    @Override
    public int measure(byte[] array, int offset, int length, int seen) throws FrameException {
        // The end of what was seen may be the beginning of a mark.
        int from = Math.max(0, seen - mark.length + 1);
        int at = find(array, offset + from, offset + length);
        int frameBytes = at < 0 ? Math.max(0, length - mark.length + 1) : at - offset;
        if (frameBytes > maxFrameBytes) {
            throw FrameException.tooLong("a frame", "at least " + frameBytes, maxFrameBytes);
        }
        return at < 0 ? UNKNOWN : frameBytes + mark.length;
    }

    /** The index of the first mark that ends before {@code end}, or -1. */
    private int find(byte[] array, int from, int end) {
        for (int at = from; at <= end - mark.length; at++) {
            if (array[at] == mark[0]
                    && Arrays.equals(array, at, at + mark.length, mark, 0, mark.length)) {
                return at;
            }
        }
        return -1;
    }

    @Override
    public ByteBuffer decode(byte[] array, int offset, int length) {
        return Framing.lent(array, offset, length - mark.length);
    }

    @Override
    public byte[] encode(ByteBuffer frame) {
        int frameBytes = frame.remaining();
        byte[] bytes = new byte[frameBytes + mark.length];
        frame.get(frame.position(), bytes, 0, frameBytes);
        System.arraycopy(mark, 0, bytes, frameBytes, mark.length);
        // Found early it would end the frame early, or be part frame and part mark.
        int found = find(bytes, 0, bytes.length);
        if (frameBytes > maxFrameBytes || found != frameBytes) {
            throw new IllegalArgumentException(
                    "a frame of "
                            + frameBytes
                            + " bytes"
                            + (found == frameBytes
                                    ? ", the limit is " + maxFrameBytes + " bytes"
                                    : " with the delimiter in it, at " + found));
        }
        return bytes;
    }
}
