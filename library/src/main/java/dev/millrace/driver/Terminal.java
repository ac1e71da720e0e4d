package dev.millrace.driver;

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

    /** The settings before {@link #raw}; null while they hold. */
    private @Nullable Termios before;

    private @Nullable Thread atExit;

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

    /** The window's size; both are 0 if nobody has said. */
    public Size size() throws IOException {
        try (Libc libc = new Libc()) {
            int size = check(Termios.windowSize(libc, descriptor), "ioctl");
            return new Size(size & 0xFFFF, size >>> 16);
        }
    }

    /** Whether it is in raw mode, by this object's doing. */
    public synchronized boolean isRaw() {
        return before != null;
    }

    /**
     * Hands over each key at once, without echo, line editing and signals: Ctrl-C is a byte like
     * others. The end of the JVM brings back what was before, unless it is killed. Idempotent.
     *
     * @throws IllegalStateException if the JVM is about to end
     */
    public synchronized void raw() throws IOException {
        if (before != null) {
            return;
        }
        // First: it throws while the JVM ends, and nobody would bring back what was before.
        Thread hook = new Thread(this::restoreNow, "millrace-terminal");
        Runtime.getRuntime().addShutdownHook(hook);
        atExit = hook;
        try (Libc libc = new Libc()) {
            Termios settings = new Termios(libc, descriptor);
            check(settings.makeRaw(libc, descriptor), "tcsetattr");
            before = settings;
        } finally {
            if (before == null) {
                forget(hook);
            }
        }
    }

    /** Brings back the settings from before {@link #raw}. Idempotent. */
    public synchronized void restore() {
        if (before == null) {
            return;
        }
        restoreNow();
        forget(atExit);
    }

    private static void forget(@Nullable Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException exiting) {
            // The hook finds nothing left to do.
            return;
        }
    }

    private synchronized void restoreNow() {
        if (before != null) {
            try (Libc libc = new Libc()) {
                before.restore(libc, descriptor);
            }
            before = null;
        }
    }

    /** As {@link #restore}; the descriptor stays open. */
    @Override
    public void close() {
        restore();
    }

    private static int check(int result, String syscall) throws IOException {
        if (result < 0) {
            throw SystemError.of(-result, syscall);
        }
        return result;
    }
}
