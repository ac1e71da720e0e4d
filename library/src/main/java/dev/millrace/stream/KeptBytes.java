package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Joins bytes that came and were not taken yet; hardly ever any, so they are a plain array. */
final class KeptBytes {
    static final byte[] NONE = {};

    private KeptBytes() {}

    /** {@code kept}, and behind it a part of {@code array}. */
    static byte[] andThen(byte[] kept, byte[] array, int offset, int length) {
        byte[] joined = Arrays.copyOf(kept, kept.length + length);
        System.arraycopy(array, offset, joined, kept.length, length);
        return joined;
    }

    /** What remains in {@code front}, and behind it {@code kept}. */
    static byte[] inFront(ByteBuffer front, byte[] kept) {
        byte[] joined = new byte[front.remaining() + kept.length];
        int length = front.remaining();
        front.get(joined, 0, length);
        System.arraycopy(kept, 0, joined, length, kept.length);
        return joined;
    }
}
