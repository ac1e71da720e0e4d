package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * One datagram on its way between a heap array and the kernel, with the address it comes from or
 * goes to (recvfrom(2), sendto(2)). The address is native memory, so the call is no critical one,
 * and the bytes have to be native as well.
 */
public final class Datagram {
    private final MemorySegment bytes;
    private final MemorySegment name;
    private final MemorySegment nameLength;
    private int length;

    /** A datagram of at most {@code capacityBytes}. */
    public Datagram(int capacityBytes) {
        Arena arena = Arena.ofAuto();
        bytes = arena.allocate(capacityBytes);
        name = arena.allocate(SocketName.MAX_BYTES, 8);
        nameLength = arena.allocate(JAVA_INT);
    }

    /** How many bytes it can have. */
    public int capacity() {
        return (int) bytes.byteSize();
    }

    /** Fills the datagram to be sent. */
    public void store(byte[] array, int offset, int length, SocketName to) {
        MemorySegment.copy(array, offset, bytes, JAVA_BYTE, 0, length);
        this.length = length;
        nameLength.set(JAVA_INT, 0, to.store(name));
    }

    /** The first {@code count} bytes received. */
    public void load(byte[] array, int offset, int count) {
        MemorySegment.copy(bytes, JAVA_BYTE, 0, array, offset, count);
    }

    /** Who sent what was received. */
    public SocketName from() {
        return SocketName.load(name, nameLength());
    }

    void prepareToReceive() {
        name.set(JAVA_SHORT, 0, (short) Linux.AF_UNSPEC);
        nameLength.set(JAVA_INT, 0, SocketName.MAX_BYTES);
    }

    long address() {
        return bytes.address();
    }

    int length() {
        return length;
    }

    long nameAddress() {
        return name.address();
    }

    int nameLength() {
        return nameLength.get(JAVA_INT, 0);
    }

    long nameLengthAddress() {
        return nameLength.address();
    }
}
