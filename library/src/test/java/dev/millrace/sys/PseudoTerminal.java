package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A pty(7): what is written to the master arrives at the terminal as if it were typed, and what the
 * terminal shows is read from the master.
 *
 * @param master its descriptor, non-blocking
 * @param terminal the blocking descriptor of the slave side
 * @param path the slave's path
 */
public record PseudoTerminal(int master, int terminal, String path) {
    private static final int O_RDWR = 2;
    private static final int TIOCGPTN = 0x8004_5430;
    private static final int TIOCSPTLCK = 0x4004_5431;
    private static final int TIOCSWINSZ = 0x5414;
    private static final MemorySegment IOCTL = Symbols.find("ioctl");

    /** Skips the test where there are none. */
    public static PseudoTerminal open(Libc libc) {
        int flags = O_RDWR | Linux.O_NOCTTY | Linux.O_CLOEXEC;
        int master = libc.open("/dev/ptmx", flags | Linux.O_NONBLOCK);
        assumeTrue(master >= 0, "needs /dev/ptmx");
        MemorySegment number = libc.scratch();
        number.set(JAVA_INT, 0, 0);
        libc.call(IOCTL, master, TIOCSPTLCK, number.address(), 0, 0);
        libc.call(IOCTL, master, TIOCGPTN, number.address(), 0, 0);
        String path = "/dev/pts/" + number.get(JAVA_INT, 0);
        int terminal = libc.open(path, flags);
        assumeTrue(terminal >= 0, "needs " + path);
        return new PseudoTerminal(master, terminal, path);
    }

    /** Sets the size of its window. */
    public void resize(Libc libc, int rows, int columns) {
        MemorySegment winsize = libc.scratch();
        winsize.asSlice(0, 8).fill((byte) 0);
        winsize.set(JAVA_SHORT, 0, (short) rows);
        winsize.set(JAVA_SHORT, 2, (short) columns);
        libc.call(IOCTL, master, TIOCSWINSZ, winsize.address(), 0, 0);
    }

    /** What has been shown since the last time. */
    public String shown(Libc libc) {
        byte[] array = new byte[4096];
        int count = libc.read(master, array, 0, array.length);
        return new String(array, 0, Math.max(0, count), StandardCharsets.UTF_8);
    }

    /** Its settings, as stty(1) writes them for itself. */
    public String settings() throws IOException {
        Process stty = new ProcessBuilder("stty", "-F", path, "-g").start();
        return new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Types {@code text}. */
    public void type(Libc libc, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        libc.write(master, bytes, 0, bytes.length);
    }

    /** Closes both sides. */
    public void close(Libc libc) {
        libc.close(terminal);
        libc.close(master);
    }
}
