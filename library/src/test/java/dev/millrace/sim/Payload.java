package dev.millrace.sim;

/**
 * The bytes of one direction of a conversation, each known by its position: four bytes that name
 * the conversation, then noise that no other direction has.
 */
record Payload(int conversation, int direction) {
    static final int NAME_BYTES = 4;

    private long word(long index) {
        long value = ((long) conversation << 32) + ((long) direction << 28) + index;
        value = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        value = (value ^ (value >>> 27)) * 0x94D049BB133111EBL;
        return value ^ (value >>> 31);
    }

    void fill(long position, byte[] target, int offset, int length) {
        long word = 0;
        for (int index = 0; index < length; index++) {
            long at = position + index;
            if (index == 0 || (at & 7) == 0) {
                word = word(at >>> 3);
            }
            target[offset + index] =
                    at < NAME_BYTES
                            ? (byte) (conversation >>> (24 - 8 * at))
                            : (byte) (word >>> (8 * (at & 7)));
        }
    }

    /** The index of the first byte that is another than it should be, or -1. */
    int mismatch(long position, byte[] found, int offset, int length) {
        byte[] expected = new byte[length];
        fill(position, expected, 0, length);
        return java.util.Arrays.mismatch(expected, 0, length, found, offset, offset + length);
    }
}
