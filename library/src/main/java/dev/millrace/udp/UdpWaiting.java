package dev.millrace.udp;

import dev.millrace.kernel.UdpOptions;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link UdpSocket} was asked to do and can't do yet: for want of a socket, in order; or for
 * want of an address, while a name is looked up. Of datagrams as many wait as the options let wait
 * for the kernel.
 */
final class UdpWaiting {
    /** Something to be done: it runs, or fails without. */
    interface Operation {
        void run();

        default void failed(IOException error) {}

        /** What it holds on to. */
        default int bytes() {
            return 0;
        }
    }

    private final UdpOptions options;
    private final ArrayDeque<Operation> forSocket = new ArrayDeque<>();
    private final Set<Operation> forName = new LinkedHashSet<>();
    private long bytes;

    UdpWaiting(UdpOptions options) {
        this.options = options;
    }

    boolean hasRoom(int length) {
        return bytes + length <= options.queueMaxBytes()
                && forSocket.size() + forName.size() < options.queueMaxDatagrams();
    }

    /** Whether something waits for the socket, which must not be overtaken. */
    boolean isForSocket() {
        return !forSocket.isEmpty();
    }

    void addForSocket(Operation operation) {
        forSocket.add(operation);
        bytes += operation.bytes();
    }

    /** The next one that waits for the socket. */
    @Nullable Operation poll() {
        Operation next = forSocket.poll();
        bytes -= next == null ? 0 : next.bytes();
        return next;
    }

    void addForName(Operation operation) {
        forName.add(operation);
        bytes += operation.bytes();
    }

    /** The look-up is over; false when the operation has failed since. */
    boolean takeForName(Operation operation) {
        boolean isWaiting = forName.remove(operation);
        bytes -= isWaiting ? operation.bytes() : 0;
        return isWaiting;
    }

    /** There will be no socket for what waits for one. */
    void failForSocket(IOException error) {
        // What a callback asks for meanwhile is for the next attempt.
        List<Operation> all = new ArrayList<>(forSocket);
        while (poll() != null) {}
        all.forEach(operation -> operation.failed(error));
    }

    /** There will be no socket any more. */
    void fail(IOException error) {
        failForSocket(error);
        List<Operation> all = new ArrayList<>(forName);
        forName.clear();
        all.forEach(operation -> operation.failed(error));
    }
}
