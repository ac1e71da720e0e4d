package dev.millrace.tls;

import java.util.Arrays;

/** What came and is no whole record yet; an array only while there is something. */
final class HeldBytes {
    private static final byte[] NONE = new byte[0];

    private byte[] array = NONE;
    private int length;

    boolean isEmpty() {
        return length == 0;
    }

    int length() {
        return length;
    }

    byte[] array() {
        return array;
    }

    void add(byte[] from, int offset, int count) {
        if (count > array.length - length) {
            array = Arrays.copyOf(array, Math.max(length + count, Math.min(2 * length, 16 << 10)));
        }
        System.arraycopy(from, offset, array, length, count);
        length += count;
    }

    /** The first {@code count} are used. */
    void remove(int count) {
        length -= count;
        if (length == 0) {
            array = NONE;
        } else {
            System.arraycopy(array, count, array, 0, length);
        }
    }
}
