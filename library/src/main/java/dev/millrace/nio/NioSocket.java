package dev.millrace.nio;

import dev.millrace.driver.AcceptErrors;
import dev.millrace.driver.Driver;
import dev.millrace.driver.SocketFile;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A stream socket of a {@link NioSelector}, whatever becomes of it.
 *
 * <pre>
 *          listen            connect                 connected, or accepted
 *   NEW ──────────▶ LISTENER   ───────▶ CONNECTING ───────────▶ STREAM ──▶ (closed)
 * </pre>
 *
 * The JDK has two kinds of channel where the kernel has one socket. A new one is a {@link
 * SocketChannel}, so that {@link #bind} meets its errors at once and keeps the port; {@link
 * #listen} puts a {@link ServerSocketChannel} on the same address in its place.
 */
final class NioSocket extends NioPort {
    /** Reads per readiness, so that a fast sender does not starve the others (row E5). */
    private static final int READS_PER_EVENT = 4;

    /**
     * The most that is given to the JDK at once: it copies heap arrays through a native buffer of
     * that size, which it keeps.
     */
    static final int TRANSFER_MAX_BYTES = 256 * 1024;

    private enum Role {
        NEW,
        LISTENER,
        CONNECTING,
        STREAM
    }

    /** What a listener, which is another channel, or its connections still need. */
    private final Map<KernelOption, Integer> options = new EnumMap<>(KernelOption.class);

    private Role role;

    /** Connections accepted per readiness (row C12). */
    private int acceptsPerWakeUp = 1;

    /** The socket's file as bind() has made it; null where there is none, or it is not known. */
    private @Nullable SocketFile made;

    /** Set when the loops of a group share this listener. */
    private @Nullable SharedAcceptor group;

    private final NioWriter writer = new NioWriter(this);

    private NioSocket(
            NioSelector selector, ProtocolFamily family, SelectableChannel channel, Role role) {
        super(selector, family, channel);
        this.role = role;
    }

    /** A new socket. */
    static NioSocket open(NioSelector selector, ProtocolFamily family) throws IOException {
        SocketChannel channel = nonBlocking(SocketChannel.open(family));
        return selector.add(new NioSocket(selector, family, channel, Role.NEW));
    }

    /** The same socket in another loop's selector; this one is closed already. */
    NioSocket movedTo(NioSelector other) {
        NioSocket moved = new NioSocket(other, family, channel(), role);
        moved.options.putAll(options);
        return other.add(moved);
    }

    /** The listener as one that other loops may serve as well. */
    SharedAcceptor share() throws IOException {
        if (role != Role.LISTENER) {
            throw SystemError.of(Errno.EINVAL, "share");
        }
        if (group == null) {
            group = new SharedAcceptor(this, wants(SelectionKey.OP_ACCEPT));
        }
        return group;
    }

    boolean isShared() {
        return group != null;
    }

    /** A port of another loop on the channel of this listener. */
    NioSocket sharedWith(NioSelector other, SharedAcceptor acceptor) {
        NioSocket member = new NioSocket(other, family, channel(), Role.LISTENER);
        member.options.putAll(acceptor.options);
        member.group = acceptor;
        return other.add(member);
    }

    /** What the connections of this listener get, as it is now. */
    Map<KernelOption, Integer> options() {
        return new EnumMap<>(options);
    }

    int bind(Address address) {
        try {
            fresh().bind(NioAddresses.of(address, family));
            made = address instanceof UnixAddress ? NioFiles.file(address.toString()) : null;
            return 0;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.EADDRINUSE);
        }
    }

    /** Of the JDK's channels only an unused one can be bound or connected. */
    private SocketChannel fresh() throws IOException {
        if (!channel().isOpen()) {
            replace(nonBlocking(SocketChannel.open(family)));
            options.forEach((option, value) -> NioOptions.set(network(), option, value));
        }
        return stream();
    }

    int listen(int backlog) {
        if (role == Role.LISTENER) {
            return 0;
        }
        try {
            SocketAddress local = stream().getLocalAddress();
            Path file = local instanceof UnixDomainSocketAddress unix ? unix.getPath() : null;
            Set<PosixFilePermission> mode = file == null ? null : NioFiles.mode(file);
            replace(nonBlocking(ServerSocketChannel.open(family)));
            options.forEach((option, value) -> NioOptions.set(network(), option, value));
            if (file != null) {
                // What bind() made; the name is free until another socket takes it.
                if (made != null && made.equals(NioFiles.file(file.toString()))) {
                    Files.deleteIfExists(file);
                }
            }
            server().bind(local, backlog);
            if (file != null && mode != null) {
                Files.setPosixFilePermissions(file, mode);
            }
            role = Role.LISTENER;
            return 0;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.EADDRINUSE);
        }
    }

    void acceptStart(int perWakeUp) {
        acceptsPerWakeUp = perWakeUp;
        if (group == null) {
            want(SelectionKey.OP_ACCEPT);
        } else {
            group.takes(this, true);
        }
    }

    void acceptStop() {
        if (group == null) {
            unwant(SelectionKey.OP_ACCEPT);
        } else {
            group.takes(this, false);
        }
    }

    /** Whether this port is the one of its group that asks the kernel for connections. */
    void letAccept(boolean isAcceptor) {
        if (isAcceptor) {
            want(SelectionKey.OP_ACCEPT);
        } else {
            unwant(SelectionKey.OP_ACCEPT);
        }
    }

    @Override
    void closeChannel() {
        if (group == null) {
            super.closeChannel();
        } else {
            group.leave(this);
        }
    }

    int connect(Address address) {
        try {
            if (fresh().connect(NioAddresses.of(address, family))) {
                role = Role.STREAM;
                return 0;
            }
            role = Role.CONNECTING;
            want(SelectionKey.OP_CONNECT);
            return -Errno.EINPROGRESS;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.ECONNREFUSED);
        }
    }

    @Override
    public void call() {
        switch (role) {
            case NEW -> leave();
            case LISTENER -> accept();
            case CONNECTING -> connectEnded();
            case STREAM -> {
                if ((ready & SelectionKey.OP_READ) != 0 && wants(SelectionKey.OP_READ)) {
                    read();
                }
                if ((ready & SelectionKey.OP_WRITE) != 0 && writer.isParked() && !isClosed) {
                    writer.writeParked();
                }
            }
        }
    }

    private void accept() {
        for (int count = 0; count < acceptsPerWakeUp && wants(SelectionKey.OP_ACCEPT); count++) {
            SocketChannel accepted;
            try {
                accepted = server().accept();
                if (accepted == null) {
                    return;
                }
                nonBlocking(accepted);
            } catch (IOException e) {
                int errno = NioErrors.errno(e, Errno.EMFILE);
                boolean isShort = errno == Errno.EMFILE || errno == Errno.ENFILE;
                if (AcceptErrors.isOfTheConnection(errno)
                        || isShort && events().onDescriptorsShort()) {
                    continue;
                }
                events().onAcceptError(errno, 0);
                return;
            }
            options.forEach((option, value) -> {
                if (NioOptions.INHERITED.contains(option)) {
                    NioOptions.set(accepted, option, value);
                }
            });
            if (group == null || !group.handOn(this, accepted)) {
                accepted(accepted);
            }
        }
    }

    /** {@code connection} is for this listener's loop. */
    void accepted(SocketChannel connection) {
        events().onAccept(selector.add(new NioSocket(selector, family, connection, Role.STREAM)));
    }

    private void connectEnded() {
        unwant(SelectionKey.OP_CONNECT);
        int errno = 0;
        try {
            if (!stream().finishConnect()) {
                want(SelectionKey.OP_CONNECT);
                return;
            }
            role = Role.STREAM;
        } catch (IOException | RuntimeException e) {
            errno = NioErrors.errno(e, Errno.ECONNREFUSED);
        }
        events().onConnect(errno);
    }

    private void read() {
        BufferSource source = bufferSource();
        for (int round = 0; round < READS_PER_EVENT && wants(SelectionKey.OP_READ); round++) {
            byte[] array = selector.received;
            int offset = 0;
            int room = array.length;
            if (source != null) {
                ByteBuffer buffer = source.next(Driver.RECEIVE_MAX_BYTES);
                if (!wants(SelectionKey.OP_READ)) {
                    // The source is the user's, and may stop or close.
                    return;
                }
                if (buffer == null || !buffer.hasRemaining()) {
                    readStop();
                    events().onNoBuffer();
                    return;
                }
                array = buffer.array();
                offset = buffer.arrayOffset() + buffer.position();
                room = Math.min(buffer.remaining(), TRANSFER_MAX_BYTES);
            }
            int count = receive(array, offset, room);
            if (count < 0) {
                return;
            }
            if (count > 0) {
                events().onRead(array, offset, count);
            }
            if (count < room) {
                // A short read has emptied the socket.
                return;
            }
        }
    }

    /** How many bytes there were; -1 when it was told that there will be none any more. */
    private int receive(byte[] array, int offset, int room) {
        int errno = 0;
        try {
            int count = stream().read(ByteBuffer.wrap(array, offset, room));
            if (count >= 0) {
                return count;
            }
        } catch (IOException | RuntimeException e) {
            errno = NioErrors.errno(e, Errno.ECONNRESET);
        }
        // The end would be readable for ever.
        unwant(SelectionKey.OP_READ);
        if (errno == 0) {
            events().onEnd();
        } else {
            events().onReadError(errno);
        }
        return -1;
    }

    @Override
    void release() {
        writer.release();
    }

    NioWriter writer() {
        return writer;
    }

    int shutdown() {
        if (role != Role.STREAM) {
            return -Errno.ENOTCONN;
        }
        try {
            stream().shutdownOutput();
            return 0;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.ENOTCONN);
        }
    }

    /** A close is a reset from now on: what was not sent is thrown away (socket(7), SO_LINGER). */
    void resetOnClose() {
        try {
            if (role != Role.LISTENER) {
                stream().setOption(StandardSocketOptions.SO_LINGER, 0);
            }
        } catch (IOException | RuntimeException e) {
            // It was closed by the JDK when a connect failed: no peer is there to see a reset.
        }
    }

    int setOption(KernelOption option, int value) {
        boolean isForConnections = role == Role.LISTENER && NioOptions.INHERITED.contains(option);
        int result = isForConnections ? 0 : NioOptions.set(network(), option, value);
        if (result == 0 && role != Role.STREAM) {
            options.put(option, value);
        }
        return result;
    }

    int getOption(KernelOption option) {
        Integer forConnections = role == Role.LISTENER ? options.get(option) : null;
        return forConnections == null ? NioOptions.get(network(), option) : forConnections;
    }

    @Override
    @Nullable SocketAddress peer() throws IOException {
        return role == Role.STREAM ? stream().getRemoteAddress() : null;
    }

    SocketChannel stream() {
        return (SocketChannel) channel();
    }

    private ServerSocketChannel server() {
        return (ServerSocketChannel) channel();
    }
}
