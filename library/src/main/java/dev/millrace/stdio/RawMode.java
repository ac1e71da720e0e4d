package dev.millrace.stdio;

import dev.millrace.sys.Libc;
import dev.millrace.sys.Termios;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Raw mode of one terminal, which standard input and standard output mostly share: it begins with
 * the first {@link Terminal} of the process that wants it, and ends with the last one or with the
 * JVM. Each for itself would bring back what it found, and that may be another one's raw mode.
 *
 * <p>Any thread; each terminal has its own lock, because one that is held up (Ctrl-S) keeps who
 * changes its settings waiting.
 */
final class RawMode {
    /** By what {@link #number} answers. */
    private static final Map<Integer, RawMode> TERMINALS = new ConcurrentHashMap<>();

    private final int number;

    /** Who wants it, by the descriptors that were used. */
    private final Set<Terminal> users = new LinkedHashSet<>();

    /** The settings from before the first of them. */
    private @Nullable Termios before;

    private @Nullable Thread atExit;

    private RawMode(int number) {
        this.number = number;
    }

    /** That of the terminal behind {@code descriptor}. */
    static RawMode of(Libc libc, int descriptor) {
        return TERMINALS.computeIfAbsent(number(libc, descriptor), RawMode::new);
    }

    /** The terminal's device number; below zero for a descriptor that has none. */
    private static int number(Libc libc, int descriptor) {
        int device = Termios.device(libc, descriptor);
        return device < 0 ? ~descriptor : device;
    }

    /**
     * @throws IllegalStateException if the JVM is about to end
     */
    synchronized void begin(Libc libc, Terminal user) throws IOException {
        // The descriptor may have been closed alone: its number may be another terminal's by now.
        users.removeIf(other -> number(libc, other.descriptor()) != number);
        if (atExit == null) {
            // First: it throws while the JVM ends, and what was before would not be brought back.
            Thread hook = new Thread(this::restoreAtExit, "millrace-terminal");
            Runtime.getRuntime().addShutdownHook(hook);
            atExit = hook;
        }
        try {
            int descriptor = user.descriptor();
            Termios settings =
                    users.isEmpty()
                            ? new Termios(libc, descriptor)
                            : Objects.requireNonNull(before);
            Terminal.check(settings.makeRaw(libc, descriptor), "tcsetattr");
            before = settings;
            users.add(user);
        } finally {
            forgetIfUnused();
        }
    }

    synchronized void end(Libc libc, Terminal user) {
        if (users.remove(user) && users.isEmpty()) {
            Objects.requireNonNull(before).restore(libc, user.descriptor());
            forgetIfUnused();
        }
    }

    private void forgetIfUnused() {
        if (users.isEmpty()) {
            try {
                Runtime.getRuntime().removeShutdownHook(atExit);
            } catch (IllegalStateException exiting) {
                // The hook finds nothing left to do.
            }
            atExit = null;
        }
    }

    private synchronized void restoreAtExit() {
        try (Libc libc = new Libc()) {
            for (Terminal user : users) {
                if (Objects.requireNonNull(before).restore(libc, user.descriptor()) == 0) {
                    // The others have the same terminal, or were closed.
                    break;
                }
            }
        }
        users.clear();
        atExit = null;
    }
}
