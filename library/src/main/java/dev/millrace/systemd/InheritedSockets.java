package dev.millrace.systemd;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.sys.NativeAccess;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The sockets that this process was started with, as a socket unit of systemd passes them:
 * descriptors from 3 on, of which {@code LISTEN_FDS}, {@code LISTEN_FDNAMES} and {@code LISTEN_PID}
 * tell (sd_listen_fds(3)). A program without any has an empty list.
 *
 * <p>In most programs one line is enough. After {@link #join} a plain {@code listen} takes the
 * inherited socket with that address, if there is one, and opens one otherwise:
 *
 * {@snippet class="dev.millrace.systemd.InheritedSocketsExamplesTest" region="join"}
 *
 * <p>Every socket is close-on-exec from then on. The variables are of this process alone: a program
 * that it starts has another number than {@code LISTEN_PID}. Any thread; needs native access where
 * there are sockets.
 */
public final class InheritedSockets {
    /** SD_LISTEN_FDS_START. */
    private static final int FIRST = 3;

    private static final int COUNT_MAX = 65_536;
    private static final String UNNAMED = "unknown";

    private static @Nullable InheritedSockets ofProcess;

    private final List<InheritedSocket> sockets;

    private InheritedSockets(List<InheritedSocket> sockets) {
        this.sockets = List.copyOf(sockets);
    }

    /**
     * Those of this process; the same object each time.
     *
     * @throws IllegalStateException if the variables are of this process, and wrong: what is no
     *     number, or a descriptor that is not open or no socket; the message names it
     * @throws UnsupportedOperationException without native access, if there are any
     */
    public static synchronized InheritedSockets ofProcess() {
        if (ofProcess == null) {
            ofProcess = of(System.getenv(), ProcessHandle.current().pid(), FIRST);
        }
        return ofProcess;
    }

    /** {@code first}: the number of the first descriptor. */
    static InheritedSockets of(Map<String, String> environment, long pid, int first) {
        String process = environment.get("LISTEN_PID");
        String count = environment.get("LISTEN_FDS");
        // Those of another process, a parent that did not take them for instance, are not ours.
        if (process == null || count == null || number("LISTEN_PID", process) != pid) {
            return new InheritedSockets(List.of());
        }
        long sockets = number("LISTEN_FDS", count);
        if (sockets > COUNT_MAX) {
            throw new IllegalStateException(
                    "LISTEN_FDS is " + count + ": at most " + COUNT_MAX + " sockets are passed");
        }
        if (sockets > 0 && !NativeAccess.granted()) {
            throw new UnsupportedOperationException(
                    "LISTEN_FDS passes sockets, which need native access: start the JVM with "
                            + NativeAccess.flag());
        }
        return new InheritedSockets(
                sockets((int) sockets, environment.get("LISTEN_FDNAMES"), first));
    }

    private static long number(String variable, String text) {
        try {
            long number = Long.parseLong(text);
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalStateException(
                variable + " is \"" + text + "\", and no number: let systemd set it, or unset it");
    }

    private static List<InheritedSocket> sockets(int count, @Nullable String names, int first) {
        String[] name = names == null ? new String[0] : names.split(":", -1);
        if (names != null && name.length != count) {
            throw new IllegalStateException(
                    "LISTEN_FDNAMES has "
                            + name.length
                            + " names for "
                            + count
                            + " sockets: it needs one for each, with colons between them");
        }
        List<InheritedSocket> found = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            Descriptor descriptor = Descriptor.of(first + index);
            check(descriptor, count);
            descriptor.closeOnExec();
            found.add(
                    new InheritedSocket(index, names == null ? UNNAMED : name[index], descriptor));
        }
        return found;
    }

    /** The JVM has files of its own open, whose numbers a wrong variable may name. */
    private static void check(Descriptor descriptor, int count) {
        String is;
        try {
            DescriptorKind kind = descriptor.kind();
            boolean isPassed =
                    descriptor.isSocket()
                            || kind == DescriptorKind.PIPE
                            || kind == DescriptorKind.TERMINAL;
            is = isPassed ? "" : "is no socket";
        } catch (UncheckedIOException notOpen) {
            is = "is not open";
        }
        if (!is.isEmpty()) {
            throw new IllegalStateException(
                    "LISTEN_FDS passes "
                            + count
                            + " sockets, but descriptor "
                            + descriptor.number()
                            + " "
                            + is
                            + ": pass as many as it says, or unset it");
        }
    }

    /** All of them, in order. */
    public List<InheritedSocket> all() {
        return sockets;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return sockets.isEmpty();
    }

    /** Those with this name; a unit with several lines gives the same name to all. */
    public List<InheritedSocket> named(String name) {
        return sockets.stream().filter(socket -> socket.name().equals(name)).toList();
    }

    /**
     * The only one with this name.
     *
     * @throws NoSuchElementException if there is none, or there are several; the message says which
     *     names there are
     */
    public InheritedSocket get(String name) {
        List<InheritedSocket> found = named(name);
        if (found.size() != 1) {
            List<String> names = sockets.stream().map(InheritedSocket::name).toList();
            throw new NoSuchElementException(
                    (found.isEmpty() ? "no inherited socket is" : "several inherited sockets are")
                            + " called "
                            + name
                            + ", the names are "
                            + names
                            + ": set FileDescriptorName= in the socket unit");
        }
        return found.getFirst();
    }

    /**
     * From now on what listens or is bound on {@code loop} takes an inherited socket where one has
     * that address; every interface of IPv4 and every one of IPv6 count as the same. The socket is
     * closed with its server. In a group every loop joins, and the loops share a socket. Without an
     * inherited socket nothing changes. On the loop's thread.
     */
    public void join(Loop loop) {
        if (!isEmpty()) {
            loop.listenSource(new InheritedSource(this, loop.listenSource(), loop));
        }
    }

    /**
     * The number of an open descriptor that waits for a listener at {@code address}, which is the
     * caller's from now on; empty if there is none. For programs that listen by their own means.
     */
    public OptionalInt take(Address address) {
        for (InheritedSocket socket : sockets) {
            if (socket.kind() == DescriptorKind.LISTENER && isAt(socket, address)) {
                try {
                    return OptionalInt.of(socket.take());
                } catch (IllegalStateException inUse) {
                    // Perhaps another one.
                }
            }
        }
        return OptionalInt.empty();
    }

    /** One that {@code loop} may use from now on; null if there is none. */
    @Nullable InheritedSocket use(
            DescriptorKind kind, Address address, Loop loop, boolean isOfGroup) {
        for (InheritedSocket socket : sockets) {
            if (socket.kind() == kind && isAt(socket, address) && socket.use(loop, isOfGroup)) {
                return socket;
            }
        }
        return null;
    }

    private static boolean isAt(InheritedSocket socket, Address asked) {
        Optional<Address> at = socket.address();
        if (at.isEmpty() || at.get().equals(asked)) {
            return at.isPresent();
        }
        return at.get() instanceof IpAddress one
                && asked instanceof IpAddress other
                && one.port() == other.port()
                && one.host().isAnyLocalAddress()
                && other.host().isAnyLocalAddress();
    }

    /** {@code InheritedSockets[InheritedSocket[http, listener 0.0.0.0:80]]}. */
    @Override
    public String toString() {
        return "InheritedSockets" + sockets;
    }
}
