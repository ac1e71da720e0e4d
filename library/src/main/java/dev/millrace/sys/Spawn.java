package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a program that gets descriptors of ours, from number 3 on (posix_spawn(3)): the JDK's
 * {@code ProcessBuilder} closes all above 2. The child has an empty standard input, a process group
 * of its own, no signal blocked, and every signal as at first but those that this process ignores.
 *
 * <pre>
 * posix_spawn_file_actions_t: 80 bytes on both libcs; posix_spawnattr_t: 336
 * </pre>
 *
 * A child that has ended is to be waited for by {@link #await}, or stays a zombie.
 */
public final class Spawn {
    /** Where descriptors that are handed over begin (sd_listen_fds(3)). */
    public static final int FIRST = 3;

    private static final MemorySegment POSIX_SPAWN = Symbols.find("posix_spawn");
    private static final MemorySegment WAITPID = Symbols.find("waitpid");
    private static final MemorySegment INIT = Symbols.find("posix_spawn_file_actions_init");
    private static final MemorySegment ADD_OPEN = Symbols.find("posix_spawn_file_actions_addopen");
    private static final MemorySegment ADD_DUP2 = Symbols.find("posix_spawn_file_actions_adddup2");
    private static final MemorySegment ADD_CLOSE =
            Symbols.find("posix_spawn_file_actions_addclose");
    private static final MemorySegment DESTROY = Symbols.find("posix_spawn_file_actions_destroy");
    private static final MemorySegment ATTR_INIT = Symbols.find("posix_spawnattr_init");
    private static final MemorySegment ATTR_FLAGS = Symbols.find("posix_spawnattr_setflags");
    private static final MemorySegment ATTR_MASK = Symbols.find("posix_spawnattr_setsigmask");
    private static final MemorySegment ATTR_DESTROY = Symbols.find("posix_spawnattr_destroy");

    /** Process group 0 is a new one: posix_spawnattr_init(3) says so. */
    private static final int POSIX_SPAWN_SETPGROUP = 2;

    private static final int POSIX_SPAWN_SETSIGMASK = 8;
    private static final int STRUCT_BYTES = 512;
    private static final int SIGSET_BYTES = 128;
    private static final int SIGNAL_STATUS = 128;

    private final Libc libc;
    private final Arena arena;
    private final MemorySegment actions;
    private final MemorySegment attributes;

    private Spawn(Libc libc, Arena arena) {
        this.libc = libc;
        this.arena = arena;
        this.actions = arena.allocate(STRUCT_BYTES, 16);
        this.attributes = arena.allocate(STRUCT_BYTES, 16);
    }

    /**
     * Starts {@code path} with {@code descriptors}, which stay this process's as well, as 3, 4 and
     * so on, and are made blocking. It blocks until the program has begun. Any thread.
     *
     * @param arguments the first one is the program's name
     * @param environment {@code NAME=VALUE} each
     * @return the process, or a negated errno
     */
    public static int start(
            String path,
            List<String> arguments,
            List<String> environment,
            List<Integer> descriptors) {
        try (Libc libc = new Libc();
                Arena arena = Arena.ofConfined()) {
            return new Spawn(libc, arena).run(path, arguments, environment, descriptors);
        }
    }

    private int run(
            String path,
            List<String> arguments,
            List<String> environment,
            List<Integer> descriptors) {
        int end = FIRST + descriptors.size();
        int[] copies = new int[descriptors.size()];
        int made = 0;
        libc.call(INIT, actions.address(), 0, 0, 0, 0);
        libc.call(ATTR_INIT, attributes.address(), 0, 0, 0, 0);
        try {
            // First all of them above their places, so that none is overwritten by another one.
            for (; made < copies.length; made++) {
                block(descriptors.get(made));
                copies[made] = libc.fcntl(descriptors.get(made), Linux.F_DUPFD_CLOEXEC, end);
                if (copies[made] < 0) {
                    return copies[made];
                }
            }
            prepare(copies, end);
            MemorySegment pid = arena.allocate(JAVA_INT);
            int error =
                    libc.call(
                            POSIX_SPAWN,
                            pid.address(),
                            arena.allocateFrom(path).address(),
                            actions.address(),
                            attributes.address(),
                            texts(arguments).address(),
                            texts(environment).address());
            return error == 0 ? pid.get(JAVA_INT, 0) : -error;
        } finally {
            for (int at = 0; at < made; at++) {
                libc.close(copies[at]);
            }
            libc.call(DESTROY, actions.address(), 0, 0, 0, 0);
            libc.call(ATTR_DESTROY, attributes.address(), 0, 0, 0, 0);
        }
    }

    private void block(int descriptor) {
        int flags = libc.fcntl(descriptor, Linux.F_GETFL, 0);
        if (flags >= 0) {
            libc.fcntl(descriptor, Linux.F_SETFL, flags & ~Linux.O_NONBLOCK);
        }
    }

    private void prepare(int[] copies, int end) {
        long nothing = arena.allocateFrom("/dev/null").address();
        libc.call(ADD_OPEN, actions.address(), 0, nothing, Linux.O_RDONLY, 0, 0);
        for (int at = 0; at < copies.length; at++) {
            libc.call(ADD_DUP2, actions.address(), copies[at], FIRST + at, 0, 0);
        }
        // A place of ours is close-on-exec no more; what else is not would get into the child.
        for (int number : openFrom(end)) {
            int flags = libc.fcntl(number, Linux.F_GETFD, 0);
            if (flags >= 0 && (flags & Linux.FD_CLOEXEC) == 0) {
                libc.call(ADD_CLOSE, actions.address(), number, 0, 0, 0);
            }
        }
        MemorySegment none = arena.allocate(SIGSET_BYTES, 8);
        libc.call(ATTR_MASK, attributes.address(), none.address(), 0, 0, 0);
        int flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK;
        libc.call(ATTR_FLAGS, attributes.address(), flags, 0, 0, 0);
    }

    /** The descriptors of this process from {@code least} on (proc(5)); none without /proc. */
    private static List<Integer> openFrom(int least) {
        List<Integer> numbers = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            entries.forEach(entry -> numbers.add(Integer.valueOf(entry.getFileName().toString())));
        } catch (IOException e) {
            return List.of();
        }
        numbers.removeIf(number -> number < least);
        return numbers;
    }

    /** {@code char *const[]}, with its null at the end. */
    private MemorySegment texts(List<String> texts) {
        MemorySegment array = arena.allocate(JAVA_LONG, texts.size() + 1L);
        for (int at = 0; at < texts.size(); at++) {
            array.setAtIndex(JAVA_LONG, at, arena.allocateFrom(texts.get(at)).address());
        }
        return array;
    }

    /**
     * Waits until a child has ended, and takes its status: what it gave to exit(3), or 128 and the
     * number of the signal that ended it; a negated errno if it is no child. Once for each child.
     */
    public static int await(int pid) {
        try (Libc libc = new Libc()) {
            MemorySegment status = libc.scratch();
            int result = libc.call(WAITPID, pid, status.address(), 0, 0, 0);
            if (result < 0) {
                return result;
            }
            int word = status.get(JAVA_INT, 0);
            int signal = word & 0x7f;
            return signal == 0 ? word >> 8 & 0xff : SIGNAL_STATUS + signal;
        }
    }
}
