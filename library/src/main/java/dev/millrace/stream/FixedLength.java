package dev.millrace.stream;

import java.nio.ByteBuffer;

/** Frames that all have the same size. */
record FixedLength(int frameBytes) implements Framing<ByteBuffer> {
    FixedLength {
        if (frameBytes < 1) {
            throw new IllegalArgumentException(
                    "a frame of " + frameBytes + " bytes: use 1 or more");
        }
    }

    @Override
    public int measure(byte[] array, int offset, int length, int seen) {
        return frameBytes;
    }

    @Override
    public ByteBuffer decode(byte[] array, int offset, int length) {
        return Framing.lent(array, offset, length);
    }

    @Override
    public byte[] encode(ByteBuffer frame) {
        if (frame.remaining() != frameBytes) {
            throw new IllegalArgumentException(
                    "a frame of " + frame.remaining() + " bytes, all have " + frameBytes);
        }
        byte[] bytes = new byte[frameBytes];
        frame.get(frame.position(), bytes);
        return bytes;
    }
}
