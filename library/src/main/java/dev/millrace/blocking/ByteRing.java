package dev.millrace.blocking;

/**
 * Bytes in the order they came, up to a limit. It grows as it fills, and gives its memory back when
 * it is empty, because most connections wait most of the time.
 */
public final class ByteRing {
    /** What it holds at most. */
    public static final int CAPACITY = 64 * 1024;

    /** What it may hold on to while it is empty: a small message costs no allocation. */
    private static final int KEPT_BYTES = 1024;

    private static final int LEAST_BYTES = 128;
    private static final byte[] NONE = {};

    /** Its length is zero or a power of two. */
    private byte[] array = NONE;

    private int head;
    private int size;

    public int size() {
        return size;
    }

    public boolean isFull() {
        return size == CAPACITY;
    }

    /** Takes from the front of what is given, and answers how much. */
    public int put(byte[] from, int offset, int length) {
        int taken = Math.min(length, CAPACITY - size);
        if (size + taken > array.length) {
            grow(size + taken);
        }
        if (taken > 0) {
            int tail = head + size & array.length - 1;
            int straight = Math.min(taken, array.length - tail);
            System.arraycopy(from, offset, array, tail, straight);
            System.arraycopy(from, offset + straight, array, 0, taken - straight);
            size += taken;
        }
        return taken;
    }

    private void grow(int needed) {
        byte[] grown = new byte[Math.max(LEAST_BYTES, Integer.highestOneBit(needed - 1) << 1)];
        int before = size;
        copy(grown, 0, before);
        array = grown;
        head = 0;
    }

    /** Gives what it has, up to {@code length}, and answers how much. */
    public int take(byte[] to, int offset, int length) {
        int given = Math.min(length, size);
        copy(to, offset, given);
        skip(given);
        return given;
    }

    private void copy(byte[] to, int offset, int length) {
        int straight = Math.min(length, array.length - head);
        System.arraycopy(array, head, to, offset, straight);
        System.arraycopy(array, 0, to, offset + straight, length - straight);
    }

    /** Where the next {@link #straight} bytes are, from {@link #head} on. */
    public byte[] array() {
        return array;
    }

    public int head() {
        return head;
    }

    /** How many bytes lie in one piece. */
    public int straight() {
        return Math.min(size, array.length - head);
    }

    /** The first {@code length} bytes were taken. */
    public void skip(int length) {
        size -= length;
        if (size > 0) {
            head = head + length & array.length - 1;
        } else {
            clear();
        }
    }

    public void clear() {
        size = 0;
        head = 0;
        if (array.length > KEPT_BYTES) {
            array = NONE;
        }
    }
}
