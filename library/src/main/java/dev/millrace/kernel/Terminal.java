package dev.millrace.kernel;

import dev.millrace.sys.Libc;
import dev.millrace.sys.Termios;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The terminal behind a descriptor: its size, and raw mode (tty_ioctl(4), termios(3)). Any thread,
 * one at a time; needs native access, on Linux.
 *
 * <pre>
 *   as it was ──raw──▶ raw ──restore, close, or the end of the JVM──▶ as it was
 * </pre>
 *
 * {@snippet class="dev.millrace.kernel.KernelExamplesTest" region="terminal"}
 */
public final class Terminal implements AutoCloseable {
    /**
     * The size of a terminal's window.
     *
     * @param columns characters in a line
     * @param rows lines
     */
    public record Size(int columns, int rows) {}

    private final int descriptor;

    /** Null unless this object wants it. */
    private @Nullable RawMode raw;

    private Terminal(int descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * The terminal behind {@code descriptor}.
     *
     * @throws IOException EBADF; ENOTTY if it is something else
     */
    public static Terminal of(int descriptor) throws IOException {
        try (Libc libc = new Libc()) {
            check(Termios.attributes(libc, descriptor), "tcgetattr");
        }
        return new Terminal(descriptor);
    }

    /** The window's size; both are 0 if it is not known. */
    public Size size() throws IOException {
        try (Libc libc = new Libc()) {
            int size = check(Termios.windowSize(libc, descriptor), "ioctl");
            return new Size(size & 0xFFFF, size >>> 16);
        }
    }

    /** Whether it is in raw mode, by this object's doing. */
    public synchronized boolean isRaw() {
        return raw != null;
    }

    /**
     * Hands over each key at once, without echo, line editing and signals: Ctrl-C is a byte like
     * others. The end of the JVM brings back what was before, unless it is killed. Idempotent. In
     * the background the shell's job control stops the process until it is in the foreground, as
     * any program that changes its terminal (SIGTTOU); {@link #restore} is not stopped.
     *
     * @throws IllegalStateException if the JVM is about to end
     */
    public synchronized void raw() throws IOException {
        if (raw != null) {
            return;
        }
        try (Libc libc = new Libc()) {
            RawMode mode = RawMode.of(libc, descriptor);
            mode.begin(libc, this);
            raw = mode;
        }
    }

    /**
     * Brings back the settings from before {@link #raw}, unless another object for the same
     * terminal still wants them raw: then that one does, as the last. Idempotent.
     */
    public synchronized void restore() {
        if (raw == null) {
            return;
        }
        try (Libc libc = new Libc()) {
            raw.end(libc, this);
        }
        raw = null;
    }

    int descriptor() {
        return descriptor;
    }

    /** As {@link #restore}; the descriptor stays open. */
    @Override
    public void close() {
        restore();
    }

    static int check(int result, String syscall) throws IOException {
        if (result < 0) {
            throw SystemError.of(-result, syscall);
        }
        return result;
    }

    /** {@code Terminal[descriptor 0, raw]}. It waits for no other thread. */
    @Override
    public String toString() {
        return "Terminal[descriptor " + descriptor + (raw == null ? "]" : ", raw]");
    }
}
