package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.udp.UdpSocket;
import java.util.Objects;

/**
 * What passes from process to process over a {@link MessageChannel}, in a {@link Message}: a socket
 * of ours, or any descriptor.
 *
 * {@snippet class="dev.millrace.ipc.ChannelExamplesTest" region="passed"}
 */
public sealed interface Passable {
    /**
     * A connection, TCP or Unix. It moves, with the bytes that were received and not taken; where
     * it came from it is destroyed without a word to its peer, once it has arrived.
     */
    record Connection(NetSocket socket) implements Passable {
        public Connection {
            Objects.requireNonNull(socket, "socket");
        }
    }

    /**
     * A listener, TCP or Unix. Unless it {@code isMoved}, both processes have it from then on, and
     * each connection goes to one of them.
     *
     * @param server a server that listens; one that arrives listens, and has no listener for
     *     connections yet
     * @param isMoved whether the sender lets go of it, and of its socket file, once it has arrived
     */
    record Listener(NetServer server, boolean isMoved) implements Passable {
        public Listener {
            Objects.requireNonNull(server, "server");
        }
    }

    /**
     * A datagram socket. Unless it {@code isMoved}, both processes have it from then on, and each
     * datagram goes to one of them.
     *
     * @param isMoved whether the sender closes it once it has arrived
     */
    record Datagrams(UdpSocket socket, boolean isMoved) implements Passable {
        public Datagrams {
            Objects.requireNonNull(socket, "socket");
        }
    }

    /** Anything else: a file, a pipe, a terminal. It moves; send a duplicate to keep it. */
    record Open(Descriptor descriptor) implements Passable {
        public Open {
            Objects.requireNonNull(descriptor, "descriptor");
        }
    }

    /** A connection, which moves. */
    static Passable of(NetSocket socket) {
        return new Connection(socket);
    }

    /** A listener, which both processes have from then on. */
    static Passable of(NetServer server) {
        return new Listener(server, false);
    }

    /** A datagram socket, which both processes have from then on. */
    static Passable of(UdpSocket socket) {
        return new Datagrams(socket, false);
    }

    /** A descriptor, which moves. */
    static Passable of(Descriptor descriptor) {
        return new Open(descriptor);
    }
}
