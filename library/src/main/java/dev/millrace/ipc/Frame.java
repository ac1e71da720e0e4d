package dev.millrace.ipc;

import java.nio.ByteBuffer;

/**
 * The unit of the wire, which any program can speak:
 *
 * <pre>
 *   0      4      5          6        8
 *   | size | type | carried  | 0    0 | size bytes …
 *     big-endian    descriptors with the first byte of the frame
 *
 *   type  0 TEXT    a message in UTF-8            ┐ with descriptors before it, or in the frame
 *         1 BYTES   a message of bytes            ┘ itself, the peer says an OUTCOME to it
 *         2 CARRIES descriptors of the message that follows: there are more than fit in one frame
 *         3 OUTCOME one byte: 0 taken, 1 not taken, 2 lost for want of room; in the order of the messages
 *
 *   a frame with descriptors begins with a table of them, one entry each, in their order:
 *   | 0 or 1: moved | size | size bytes that a connection has received and not taken
 *     1 byte          4 bytes
 * </pre>
 *
 * @param type one of the types above
 * @param carried how many descriptors came with it
 * @param payload the bytes behind the head
 */
record Frame(byte type, int carried, byte[] payload) {
    static final int HEAD_BYTES = 8;

    static final byte TEXT = 0;
    static final byte BYTES = 1;
    static final byte CARRIES = 2;
    static final byte OUTCOME = 3;

    static final byte TAKEN = 0;
    static final byte NOT_TAKEN = 1;
    static final byte LOST = 2;

    /** The frame as it goes out. */
    static byte[] encode(byte type, int carried, byte[]... parts) {
        int size = 0;
        for (byte[] part : parts) {
            size += part.length;
        }
        ByteBuffer frame = ByteBuffer.allocate(HEAD_BYTES + size);
        frame.putInt(size).put(type).put((byte) carried).putShort((short) 0);
        for (byte[] part : parts) {
            frame.put(part);
        }
        return frame.array();
    }
}
