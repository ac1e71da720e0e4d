package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Bytes and descriptors that travel together over a Unix socket (sendmsg(2), cmsg(3), SCM_RIGHTS in
 * unix(7)).
 *
 * <pre>
 * struct msghdr  { void *msg_name; socklen_t msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
 *                  void *msg_control; size_t msg_controllen; int msg_flags; };   // 56 bytes on both libcs
 * struct iovec   { void *iov_base; size_t iov_len; };
 * struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; };  // 16 bytes, then the descriptors
 * </pre>
 *
 * The descriptors arrive with the first byte they were sent with, so a message with descriptors has
 * at least one byte (row R34).
 */
public final class Message {
    /** SCM_MAX_FD: the kernel takes at most this many descriptors in one message (EINVAL above). */
    public static final int DESCRIPTORS_MAX = 253;

    private static final int MSGHDR_BYTES = 56;
    private static final int IOVEC_BYTES = 16;
    private static final int CMSGHDR_BYTES = 16;

    /**
     * Room for what else a socket may be set to tell before the descriptors: the sender's
     * credentials (SO_PASSCRED) and its security label (SO_PASSSEC).
     */
    private static final int OTHERS_BYTES = 512;

    private static final long CONTROLLEN_OFFSET = 40;
    private static final long FLAGS_OFFSET = 48;

    private final MemorySegment header;
    private final MemorySegment vector;
    private final MemorySegment control;
    private final MemorySegment bytes;
    private final long controlBytes;
    private long receiveMax;

    /**
     * A message with room for {@code capacityBytes} bytes and as many descriptors as a message can
     * carry.
     */
    public Message(int capacityBytes) {
        this(capacityBytes, DESCRIPTORS_MAX, OTHERS_BYTES);
    }

    /** As the other, with room for {@code descriptorsMax} descriptors to receive alone. */
    Message(int capacityBytes, int descriptorsMax) {
        this(capacityBytes, descriptorsMax, 0);
    }

    private Message(int capacityBytes, int descriptorsMax, int othersBytes) {
        Arena arena = Arena.ofAuto();
        controlBytes = othersBytes + CMSGHDR_BYTES + descriptorsMax * 4L;
        header = arena.allocate(MSGHDR_BYTES, 8);
        vector = arena.allocate(IOVEC_BYTES, 8);
        control = arena.allocate(OTHERS_BYTES + CMSGHDR_BYTES + (DESCRIPTORS_MAX + 1) * 4L, 8);
        bytes = arena.allocate(capacityBytes);
        receiveMax = capacityBytes;
        header.set(JAVA_LONG, 16, vector.address());
        header.set(JAVA_LONG, 24, 1);
        vector.set(JAVA_LONG, 0, bytes.address());
    }

    /** Fills the message to be sent. */
    public void store(byte[] array, int offset, int length, int... descriptors) {
        MemorySegment.copy(array, offset, bytes, JAVA_BYTE, 0, length);
        vector.set(JAVA_LONG, 8, length);
        int payload = descriptors.length * 4;
        header.set(JAVA_LONG, 32, descriptors.length == 0 ? 0 : control.address());
        header.set(
                JAVA_LONG,
                CONTROLLEN_OFFSET,
                descriptors.length == 0 ? 0 : aligned(CMSGHDR_BYTES + payload));
        control.set(JAVA_LONG, 0, CMSGHDR_BYTES + payload);
        control.set(JAVA_INT, 8, Linux.SOL_SOCKET);
        control.set(JAVA_INT, 12, Linux.SCM_RIGHTS);
        MemorySegment.copy(descriptors, 0, control, JAVA_INT, CMSGHDR_BYTES, descriptors.length);
    }

    /** From now on at most so many bytes are received at once; what comes behind them waits. */
    public void receiveMax(int bytesMax) {
        receiveMax = Math.min(bytesMax, bytes.byteSize());
    }

    /** How many bytes it has room for. */
    public int capacity() {
        return (int) bytes.byteSize();
    }

    /** The address to receive at. */
    long prepareToReceive() {
        vector.set(JAVA_LONG, 8, receiveMax);
        header.set(JAVA_LONG, 32, control.address());
        header.set(JAVA_LONG, CONTROLLEN_OFFSET, controlBytes);
        header.set(JAVA_INT, FLAGS_OFFSET, 0);
        return header.address();
    }

    /** The first {@code count} bytes received. */
    public byte[] received(int count) {
        return bytes.asSlice(0, count).toArray(JAVA_BYTE);
    }

    /** Copies the first {@code count} bytes received. */
    public void received(int count, byte[] array, int offset) {
        MemorySegment.copy(bytes, JAVA_BYTE, 0, array, offset, count);
    }

    /** The descriptors received, in the order they were sent; the caller owns them now. */
    public int[] descriptors() {
        long end = header.get(JAVA_LONG, CONTROLLEN_OFFSET);
        long length;
        for (long at = 0; at + CMSGHDR_BYTES <= end; at += aligned(length)) {
            length = Math.max(CMSGHDR_BYTES, control.get(JAVA_LONG, at));
            if (control.get(JAVA_INT, at + 8) == Linux.SOL_SOCKET
                    && control.get(JAVA_INT, at + 12) == Linux.SCM_RIGHTS) {
                return control.asSlice(at + CMSGHDR_BYTES, length - CMSGHDR_BYTES)
                        .toArray(JAVA_INT);
            }
        }
        return new int[0];
    }

    /**
     * Whether descriptors were lost on the way because there was no room for them (MSG_CTRUNC, row
     * X93).
     */
    public boolean isTruncated() {
        return (header.get(JAVA_INT, FLAGS_OFFSET) & Linux.MSG_CTRUNC) != 0;
    }

    long address() {
        return header.address();
    }

    private static long aligned(long length) {
        return (length + 7) & ~7L;
    }
}
