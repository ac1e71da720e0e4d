package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An array of {@code struct epoll_event} that {@link Libc#epoll_wait} fills.
 *
 * <pre>
 * struct epoll_event { uint32_t events; epoll_data_t data; };
 * // packed on x86-64 only: 12 bytes there, 16 elsewhere
 * </pre>
 */
public final class EpollEvents {
    private static final boolean PACKED = System.getProperty("os.arch").matches("amd64|x86_64");
    private static final int DATA_OFFSET = PACKED ? 4 : 8;
    private static final int STRIDE = PACKED ? 12 : 16;

    private final MemorySegment array;
    private final int capacity;

    public EpollEvents(int capacity) {
        this.capacity = capacity;
        this.array = Arena.ofAuto().allocate((long) capacity * STRIDE, 8);
    }

    /** How many events fit. */
    public int capacity() {
        return capacity;
    }

    /** The event bits of entry {@code index}. */
    public int events(int index) {
        return array.get(JAVA_INT_UNALIGNED, (long) index * STRIDE);
    }

    /** What was registered as {@code data} with the descriptor of entry {@code index}. */
    public long data(int index) {
        return array.get(JAVA_LONG_UNALIGNED, (long) index * STRIDE + DATA_OFFSET);
    }

    long address() {
        return array.address();
    }

    static void store(MemorySegment target, int events, long data) {
        target.set(JAVA_INT_UNALIGNED, 0, events);
        target.set(JAVA_LONG_UNALIGNED, DATA_OFFSET, data);
    }
}
