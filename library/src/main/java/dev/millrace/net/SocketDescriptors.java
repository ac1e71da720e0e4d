package dev.millrace.net;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.KernelOption;
import dev.millrace.loop.StreamDescriptors;
import dev.millrace.loop.StreamHandle;
import dev.millrace.proxyprotocol.ProxyHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * What of a {@link NetSocket} concerns descriptors. A Unix socket {@linkplain #carry carries} them;
 * any socket can be what travels: {@link NetSocket#handOver(ByteBuffer)} and {@link
 * NetSocket#pause}, then, outside of its listeners, {@link #duplicate} and {@link #unread}, and
 * {@link NetSocket#destroy()} when they have arrived.
 *
 * <p>Loop thread only.
 *
 * {@snippet class="dev.millrace.net.SocketDescriptorsTest" region="travel"}
 */
public final class SocketDescriptors {
    private final NetSocket socket;

    SocketDescriptors(NetSocket socket) {
        this.socket = socket;
    }

    /**
     * Makes the socket carry descriptors, as {@link StreamHandle#carryDescriptors} does: in the
     * listener that has accepted it, or before it connects.
     *
     * @throws IOException EINVAL if it is no Unix socket
     * @throws IllegalStateException if bytes have come already, or it is destroyed
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public StreamDescriptors carry() throws IOException {
        return socket.handle.carryDescriptors();
    }

    /**
     * A second descriptor of the connection, for another process. What was written has left before.
     *
     * @throws IOException EMFILE
     * @throws IllegalStateException if that can't be: it is not connected, was ended, has a filter,
     *     or bytes wait to be written
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public Descriptor duplicate() throws IOException {
        if (socket.isConnecting() || !socket.isWritable() || socket.transport.isFiltered()) {
            throw new IllegalStateException(
                    "only a connection that is open, was not ended and has no filter can travel: "
                            + socket);
        }
        Descriptor second = socket.handle.duplicate();
        if (socket.queuedBytes() > 0) {
            second.close();
            throw new IllegalStateException(
                    "bytes wait to be written: let the socket travel when onDrain tells: "
                            + socket);
        }
        return second;
    }

    /** A copy of the bytes that were received and not taken. */
    public ByteBuffer unread() {
        return socket.readSide().unread();
    }

    /**
     * For a connection that has come from another process: what the balancer in front of that one
     * has said of it, which {@link NetSocket#proxyHeader} and {@link NetSocket#remoteAddress} tell
     * from now on.
     */
    public void proxyHeader(ProxyHeader told) {
        socket.loop().checkThread();
        socket.transport.proxyHeader(Objects.requireNonNull(told, "told"));
    }

    /** The process that made the peer's end of a Unix socket (SO_PEERCRED), or 0. */
    public int peerPid() {
        return Math.max(0, socket.handle.peer(KernelOption.PEER_PID));
    }

    /** The user of that process (SO_PEERCRED), or -1. */
    public int peerUid() {
        return Math.max(-1, socket.handle.peer(KernelOption.PEER_UID));
    }

    /** {@code SocketDescriptors[NetSocket[...]]}. Any thread. */
    @Override
    public String toString() {
        return "SocketDescriptors[" + socket + "]";
    }
}
