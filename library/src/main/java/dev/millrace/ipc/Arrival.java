package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.proxyprotocol.ProxyHeaderException;
import dev.millrace.proxyprotocol.ProxyHeaderParser;
import dev.millrace.udp.UdpSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A descriptor that arrived, and what is known of it. What it is the kernel says, not the peer. */
record Arrival(Descriptor descriptor, Entry entry) {
    /**
     * What the table of its frame says of it.
     *
     * @param header what a balancer has said of it, of a connection
     * @param unread what its old owner had received and not taken, of a connection
     */
    record Entry(boolean isMoved, Optional<ProxyHeader> header, ByteBuffer unread) {
        /** Of a descriptor with which nothing was told. */
        static Entry bare(boolean isMoved) {
            return new Entry(isMoved, Optional.empty(), ByteBuffer.allocate(0));
        }

        /**
         * The next one of a table.
         *
         * @throws IOException if there is none
         */
        static Entry of(ByteBuffer table) throws IOException {
            int head = table.remaining();
            byte flags = head < ENTRY_BYTES ? -1 : table.get();
            int size = flags < 0 ? -1 : table.getInt();
            if (flags < 0 || flags > (MOVED | TOLD) || size < 0 || size > table.remaining()) {
                throw FrameParser.broken("a table of descriptors that does not fit its frame");
            }
            ByteBuffer unread = table.slice(table.position(), size);
            table.position(table.position() + size);
            Optional<ProxyHeader> header =
                    (flags & TOLD) == 0 ? Optional.empty() : Optional.of(header(unread));
            return new Entry((flags & MOVED) != 0, header, unread);
        }

        /** It stands in front of what is unread. */
        private static ProxyHeader header(ByteBuffer unread) throws IOException {
            byte[] bytes = new byte[unread.remaining()];
            unread.duplicate().get(bytes);
            ProxyHeaderParser parser = new ProxyHeaderParser(ProxyHeaderParser.MAX_BYTES);
            try {
                unread.position(unread.position() + parser.take(bytes, 0, bytes.length));
            } catch (ProxyHeaderException e) {
                throw FrameParser.broken(String.valueOf(e.getMessage()));
            }
            return parser.header()
                    .orElseThrow(() -> FrameParser.broken("a header that is not all there"));
        }

        /** The bytes of an entry. */
        static byte[] encode(boolean isMoved, Optional<ProxyHeader> header, ByteBuffer unread) {
            byte[] told = header.map(ProxyHeader::encode).orElse(new byte[0]);
            int flags = (isMoved ? MOVED : 0) | (header.isPresent() ? TOLD : 0);
            int size = told.length + unread.remaining();
            return ByteBuffer.allocate(ENTRY_BYTES + size)
                    .put((byte) flags)
                    .putInt(size)
                    .put(told)
                    .put(unread)
                    .array();
        }
    }

    /** Without what is unread. */
    static final int ENTRY_BYTES = 5;

    private static final int MOVED = 1;

    /** A balancer has told whom the connection comes from. */
    private static final int TOLD = 2;

    DescriptorKind kind() {
        return descriptor.kind();
    }

    void close() {
        descriptor.close();
    }

    /** The socket of ours that it becomes. */
    Passable open(Loop loop) {
        try {
            return switch (kind()) {
                case TCP, UNIX -> connection(loop);
                case LISTENER -> listener(loop);
                case UDP -> new Passable.Datagrams(UdpSocket.open(loop, descriptor), entry.isMoved);
                default -> new Passable.Open(descriptor);
            };
        } catch (IOException refused) {
            // It is what it was: the receiver may know more to do with it.
            return new Passable.Open(descriptor);
        }
    }

    private Passable connection(Loop loop) {
        StreamHandle stream = new StreamHandle(loop, StreamEvents.NONE);
        IOException gone = null;
        try {
            stream.open(descriptor.number());
            descriptor.release();
        } catch (IOException e) {
            gone = e;
            descriptor.close();
        }
        NetSocket socket = NetSocket.on(stream, NetSocketOptions.DEFAULTS);
        entry.header.ifPresent(header -> socket.descriptors().proxyHeader(header));
        if (gone != null) {
            socket.destroy(gone);
        } else if (entry.unread.hasRemaining()) {
            socket.unshift(entry.unread);
        }
        return new Passable.Connection(socket);
    }

    private Passable listener(Loop loop) throws IOException {
        ListenHandle handle = new ListenHandle(loop, ListenOptions.DEFAULTS);
        try {
            handle.open(descriptor.number());
        } catch (IOException refused) {
            handle.close();
            throw refused;
        }
        descriptor.release();
        handle.ownFile(entry.isMoved);
        return new Passable.Listener(NetServer.create(loop).listen(handle), entry.isMoved);
    }
}
