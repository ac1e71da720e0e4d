package dev.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** What Linux tells of this process under /proc, without any tool. */
public final class Kernel {
    /** One line of /proc/net/tcp. {@code timer}: which one runs, 0 for none. */
    public record Tcp(
            int localPort,
            int remotePort,
            int state,
            long unreadBytes,
            int timer,
            double timerSeconds,
            long inode) {}

    /** A keep-alive timer runs. */
    public static final int KEEPALIVE_TIMER = 2;

    /** The kernel counts in hundredths of a second towards user space. */
    private static final double TICKS_PER_SECOND = 100;

    /** TCP_LISTEN in the kernel's numbering of states. */
    public static final int LISTEN = 10;

    /** TCP_ESTABLISHED. */
    public static final int ESTABLISHED = 1;

    /** What another thread does takes no longer, mostly. */
    private static final long AT_ONCE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private Kernel() {}

    /** Every TCP socket of this network namespace. */
    public static List<Tcp> tcp() {
        return Stream.of("tcp", "tcp6")
                .flatMap(name -> lines(Path.of("/proc/net", name)).stream().skip(1))
                .map(Kernel::tcp)
                .toList();
    }

    private static Tcp tcp(String line) {
        String[] part = line.strip().split("\\s+");
        String[] timer = part[5].split(":");
        return new Tcp(
                hex(part[1].substring(part[1].indexOf(':') + 1)),
                hex(part[2].substring(part[2].indexOf(':') + 1)),
                hex(part[3]),
                Long.parseLong(part[4].substring(part[4].indexOf(':') + 1), 16),
                hex(timer[0]),
                Long.parseLong(timer[1], 16) / TICKS_PER_SECOND,
                Long.parseLong(part[9]));
    }

    private static int hex(String text) {
        return Integer.parseInt(text, 16);
    }

    /** The connection from {@code localPort} to {@code remotePort}. */
    public static Optional<Tcp> connection(int localPort, int remotePort) {
        return tcp().stream()
                .filter(one -> one.localPort == localPort && one.remotePort == remotePort)
                .findFirst();
    }

    /** Bytes that arrived at {@code localPort} from {@code remotePort} and nobody has read. */
    public static long unreadBytes(int localPort, int remotePort) {
        return connection(localPort, remotePort).map(Tcp::unreadBytes).orElse(-1L);
    }

    /** Whether a socket listens on {@code port}. */
    public static boolean isListening(int port) {
        return tcp().stream().anyMatch(one -> one.localPort == port && one.state == LISTEN);
    }

    /** The inode of the socket that listens on {@code port}. */
    public static long listener(int port) {
        return tcp().stream()
                .filter(one -> one.localPort == port && one.state == LISTEN)
                .map(Tcp::inode)
                .findFirst()
                .orElseThrow();
    }

    /** The inode of the socket that is bound to {@code path}. */
    public static long listener(Path path) {
        return lines(Path.of("/proc/net/unix")).stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(part -> part.length == 8 && part[7].equals(path.toString()))
                .map(part -> Long.parseLong(part[6]))
                .findFirst()
                .orElseThrow();
    }

    /** The descriptor of this process that is socket {@code inode}, or -1. */
    public static int descriptor(long inode) {
        return descriptors("socket:[" + inode + "]").stream().findFirst().orElse(-1);
    }

    /** The descriptors of this process whose link begins so. */
    public static List<Integer> descriptors(String linkPrefix) {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> link(fd).startsWith(linkPrefix))
                    .map(fd -> Integer.valueOf(fd.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String link(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString();
        } catch (IOException gone) {
            return "";
        }
    }

    /** The open flags of a descriptor, as open(2) has them. */
    public static int flags(int fd) {
        return lines(Path.of("/proc/self/fdinfo/" + fd)).stream()
                .filter(line -> line.startsWith("flags:"))
                .map(line -> Integer.parseInt(line.substring(6).strip(), 8))
                .findFirst()
                .orElseThrow();
    }

    /**
     * The events that some epoll set of this process watches {@code fd} for, or -1 when none has
     * it.
     */
    public static int watched(int fd) {
        for (int epoll : descriptors("anon_inode:[eventpoll]")) {
            Integer events = watchedBy(epoll).get(fd);
            if (events != null) {
                return events;
            }
        }
        return -1;
    }

    /** The epoll descriptor of this process whose set holds {@code fd}. */
    public static int epollOf(int fd) {
        return descriptors("anon_inode:[eventpoll]").stream()
                .filter(epoll -> watchedBy(epoll).containsKey(fd))
                .findFirst()
                .orElseThrow();
    }

    /** Descriptors and events of an epoll set. */
    public static Map<Integer, Integer> watchedBy(int epoll) {
        Map<Integer, Integer> watched = new TreeMap<>();
        for (String line : lines(Path.of("/proc/self/fdinfo/" + epoll))) {
            String[] part = line.strip().split("\\s+");
            if (part[0].equals("tfd:")) {
                watched.put(Integer.valueOf(part[1]), Integer.parseUnsignedInt(part[3], 16));
            }
        }
        return watched;
    }

    /**
     * Whether a process runs. One that has ended stays in the table until its parent has asked for
     * its status, which an orphan's may do late.
     */
    public static boolean isRunning(long pid) {
        return "ZX".indexOf(state(Path.of("/proc", String.valueOf(pid), "stat"))) < 0;
    }

    /**
     * Sends a signal, as kill(1) names it. Behind STOP every thread of the process stands: the call
     * alone does not wait for one that runs on another processor.
     */
    public static void signal(String name, long pid) {
        try {
            int status =
                    new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).start().waitFor();
            if (status != 0) {
                throw new AssertionError("kill -" + name + " " + pid + " ended with " + status);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
        if (name.equals("STOP")) {
            await("all threads of " + pid + " stand", () -> doAllStand(pid));
        }
    }

    private static boolean doAllStand(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return threads.allMatch(thread -> state(thread.resolve("stat")) == 'T');
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The state follows the command in parentheses, which may hold any character; ended is X. */
    private static char state(Path statFile) {
        String stat = String.join("\n", lines(statFile));
        return stat.isEmpty() ? 'X' : stat.charAt(stat.lastIndexOf(')') + 2);
    }

    /**
     * Looks again and again until {@code condition} holds; fails after the deadline. In between,
     * the processor is for what is waited for, which often is a process that starts: a pause is a
     * sixteenth of the time so far, and never long.
     */
    public static void await(String what, BooleanSupplier condition) {
        await(what, condition, LoopFixture.DEADLINE_SECONDS);
    }

    /** As {@link #await(String, BooleanSupplier)}, with a deadline of the caller's. */
    public static void await(String what, BooleanSupplier condition, long deadlineSeconds) {
        long from = System.nanoTime();
        while (!condition.getAsBoolean()) {
            long soFar = System.nanoTime() - from;
            if (soFar > TimeUnit.SECONDS.toNanos(deadlineSeconds)) {
                throw new AssertionError("never true: " + what);
            }
            if (soFar < AT_ONCE_NANOS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(Math.min(soFar / 16, LONGEST_PAUSE_NANOS));
            }
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException gone) {
            return List.of();
        }
    }
}
