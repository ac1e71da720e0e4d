package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * The signals that the calling thread does not get for a while. By sigprocmask(2), which on Linux
 * is the thread's own, as pthread_sigmask(3) is; that one is not in the C library itself before
 * glibc 2.32.
 *
 * <pre>
 * typedef struct { unsigned long __val[16]; } sigset_t;   // 128 bytes, signal 1 is the lowest bit
 * </pre>
 */
final class SignalMask {
    static final int SIGTTOU = 22;

    private static final int SIG_BLOCK = 0;
    private static final int SIG_SETMASK = 2;
    private static final int SIGSET_BYTES = 128;

    /** Behind what the calls in between point to. */
    private static final int OFFSET = 256;

    private static final MemorySegment SIGPROCMASK = Symbols.find("sigprocmask");

    private final Libc libc;
    private final long before;

    private SignalMask(Libc libc, long before) {
        this.libc = libc;
        this.before = before;
    }

    /** Keeps {@code signal} from this thread until {@link #close}, on the same thread. */
    static SignalMask block(Libc libc, int signal) {
        MemorySegment set = libc.scratch().asSlice(OFFSET, SIGSET_BYTES);
        MemorySegment old = libc.scratch().asSlice(OFFSET - SIGSET_BYTES, SIGSET_BYTES);
        set.fill((byte) 0);
        old.fill((byte) 0);
        set.set(JAVA_LONG, 0, 1L << signal - 1);
        libc.call(SIGPROCMASK, SIG_BLOCK, set.address(), old.address(), 0, 0);
        return new SignalMask(libc, old.get(JAVA_LONG, 0));
    }

    void close() {
        MemorySegment set = libc.scratch().asSlice(OFFSET, SIGSET_BYTES);
        set.fill((byte) 0);
        set.set(JAVA_LONG, 0, before);
        libc.call(SIGPROCMASK, SIG_SETMASK, set.address(), 0, 0, 0);
    }
}
