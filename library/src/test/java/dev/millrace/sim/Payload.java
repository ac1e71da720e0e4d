package dev.millrace.sim;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The bytes of one direction of a conversation, each known by its position: four bytes that name
 * the conversation, then noise that no other direction has.
 */
record Payload(int conversation, int direction) {
    static final int NAME_BYTES = 4;
    private static final VarHandle WORDS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private long word(long index) {
        long value = ((long) conversation << 32) + ((long) direction << 28) + index;
        value = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        value = (value ^ (value >>> 27)) * 0x94D049BB133111EBL;
        return value ^ (value >>> 31);
    }

    void fill(long position, byte[] target, int offset, int length) {
        long word = 0;
        int index = 0;
        while (index < length) {
            long at = position + index;
            int inWord = (int) (at & 7);
            if (index == 0 || inWord == 0) {
                word = word(at >>> 3);
            }
            if (inWord == 0 && length - index >= Long.BYTES) {
                WORDS.set(target, offset + index, word);
                index += Long.BYTES;
            } else {
                target[offset + index] = (byte) (word >>> (8 * inWord));
                index++;
            }
        }
        for (long at = position; at < Math.min(NAME_BYTES, position + length); at++) {
            target[offset + (int) (at - position)] = (byte) (conversation >>> (24 - 8 * at));
        }
    }

    /** The index of the first byte that is another than it should be, or -1. */
    int mismatch(long position, byte[] found, int offset, int length) {
        byte[] expected = new byte[length];
        fill(position, expected, 0, length);
        return Arrays.mismatch(expected, 0, length, found, offset, offset + length);
    }
}
