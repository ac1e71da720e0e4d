package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * A terminal's settings: termios(3) and ioctl_tty(2). {@code struct termios} is kept as the kernel
 * gave it and never looked into. An instance may be used by several threads, one after the other.
 */
public final class Termios {
    /** More than any libc's {@code struct termios}, which has 60 bytes on Linux. */
    private static final int TERMIOS_BYTES = 128;

    private static final int TCSADRAIN = 1;
    private static final int TIOCGWINSZ = 0x5413;
    private static final int TIOCGDEV = 0x8004_5432;
    private static final int TIOCGPTN = 0x8004_5430;

    private static final MemorySegment TCGETATTR = Symbols.find("tcgetattr");
    private static final MemorySegment TCSETATTR = Symbols.find("tcsetattr");
    private static final MemorySegment CFMAKERAW = Symbols.find("cfmakeraw");
    private static final MemorySegment IOCTL = Symbols.find("ioctl");

    private final byte[] original;

    /** The settings of {@code fd} as they are now; {@link #restore} brings them back. */
    public Termios(Libc libc, int fd) {
        attributes(libc, fd);
        original = libc.scratch().asSlice(0, TERMIOS_BYTES).toArray(JAVA_BYTE);
    }

    /** Whether {@code fd} is a terminal (isatty(3)). */
    public static boolean isTerminal(Libc libc, int fd) {
        return attributes(libc, fd) == 0;
    }

    /** Reads the settings; 0, or a negated errno: ENOTTY for what is no terminal. */
    public static int attributes(Libc libc, int fd) {
        return libc.call(TCGETATTR, fd, libc.scratch().address(), 0, 0, 0);
    }

    /** The number of the terminal that {@code fd} is open on, or a negated errno. */
    public static int device(Libc libc, int fd) {
        int result = libc.call(IOCTL, fd, TIOCGDEV, libc.scratch().address(), 0, 0);
        return result < 0 ? result : libc.scratch().get(JAVA_INT, 0);
    }

    /** Whether {@code fd} is the master side of a pseudo terminal (pty(7)). */
    public static boolean isMaster(Libc libc, int fd) {
        return libc.call(IOCTL, fd, TIOCGPTN, libc.scratch().address(), 0, 0) == 0;
    }

    /**
     * {@code rows << 16 | columns}, or a negated errno.
     *
     * <pre>
     * struct winsize { unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel; };
     * </pre>
     */
    public static int windowSize(Libc libc, int fd) {
        MemorySegment winsize = libc.scratch();
        int result = libc.call(IOCTL, fd, TIOCGWINSZ, winsize.address(), 0, 0);
        return result < 0
                ? result
                : winsize.get(JAVA_SHORT, 0) << 16
                        | Short.toUnsignedInt(winsize.get(JAVA_SHORT, 2));
    }

    /** Raw: each key at once, without echo, line editing and signals. 0, or a negated errno. */
    public int makeRaw(Libc libc, int fd) {
        long termios = store(libc);
        libc.call(CFMAKERAW, termios, 0, 0, 0, 0);
        return libc.call(TCSETATTR, fd, TCSADRAIN, termios, 0, 0);
    }

    /**
     * As they were at first. 0, or a negated errno. From the background as well, where the kernel
     * would stop the whole process for it (SIGTTOU, termios(3)): a program that ends there must
     * come to its end, and leave the terminal as it was.
     */
    public int restore(Libc libc, int fd) {
        SignalMask mask = SignalMask.block(libc, SignalMask.SIGTTOU);
        try {
            return libc.call(TCSETATTR, fd, TCSADRAIN, store(libc), 0, 0);
        } finally {
            mask.close();
        }
    }

    private long store(Libc libc) {
        MemorySegment.copy(original, 0, libc.scratch(), JAVA_BYTE, 0, TERMIOS_BYTES);
        return libc.scratch().address();
    }
}
