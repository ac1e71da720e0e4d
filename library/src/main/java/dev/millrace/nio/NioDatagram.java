package dev.millrace.nio;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.IpAddress;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectionKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A datagram socket of a {@link NioSelector}. */
final class NioDatagram extends NioPort {
    /** Datagrams per readiness, so that a fast sender does not starve the others (row E5). */
    private static final int READS_PER_EVENT = 32;

    /** One membership; {@code source} null: of every source. */
    private record Member(
            InetAddress group, NetworkInterface networkInterface, @Nullable InetAddress source) {}

    private final Map<Member, MembershipKey> members = new HashMap<>();

    private NioDatagram(NioSelector selector, ProtocolFamily family, DatagramChannel channel) {
        super(selector, family, channel);
    }

    static NioDatagram open(NioSelector selector, ProtocolFamily family) throws IOException {
        DatagramChannel channel = nonBlocking(DatagramChannel.open(family));
        return selector.add(new NioDatagram(selector, family, channel));
    }

    DatagramChannel datagrams() {
        return (DatagramChannel) channel();
    }

    int bind(Address address) {
        try {
            datagrams().bind(NioAddresses.of(address, family));
            return 0;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.EADDRINUSE);
        }
    }

    int connect(Address address) {
        try {
            if (datagrams().isConnected()) {
                datagrams().disconnect();
            }
            // An IPv6 socket may have an IPv4 peer, as it may send to one.
            datagrams().connect(NioAddresses.of(address));
            return 0;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.EINVAL);
        }
    }

    int disconnect() {
        try {
            datagrams().disconnect();
            return 0;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.EINVAL);
        }
    }

    @Override
    public void call() {
        if ((ready & SelectionKey.OP_READ) != 0) {
            read();
        }
        if ((ready & SelectionKey.OP_WRITE) != 0 && wants(SelectionKey.OP_WRITE)) {
            unwant(SelectionKey.OP_WRITE);
            events().onWritable();
        }
    }

    private void read() {
        BufferSource source = bufferSource();
        for (int round = 0; round < READS_PER_EVENT && wants(SelectionKey.OP_READ); round++) {
            ByteBuffer own = null;
            if (source != null) {
                own = source.next(Driver.RECEIVE_MAX_BYTES);
                if (!wants(SelectionKey.OP_READ)) {
                    // The source is the user's, and may stop or close.
                    return;
                }
                if (own == null || !own.hasRemaining()) {
                    unwant(SelectionKey.OP_READ);
                    events().onNoBuffer();
                    return;
                }
            }
            if (!receive(own)) {
                return;
            }
        }
    }

    /**
     * One datagram; false when there is none. It always lands in the driver's array first, which
     * holds the largest there can be: the JDK does not tell what it cuts off.
     */
    private boolean receive(@Nullable ByteBuffer own) {
        byte[] array = selector.received;
        ByteBuffer buffer = ByteBuffer.wrap(array);
        SocketAddress from;
        try {
            from = datagrams().receive(buffer);
        } catch (IOException | RuntimeException e) {
            events().onDatagramError(NioErrors.errno(e, Errno.ECONNREFUSED));
            return true;
        }
        Address sender = NioAddresses.of(from);
        if (sender == null) {
            return false;
        }
        int length = buffer.position();
        if (own == null) {
            events().onDatagram(array, 0, length, sender, false);
            return true;
        }
        int taken = Math.min(length, own.remaining());
        int offset = own.arrayOffset() + own.position();
        System.arraycopy(array, 0, own.array(), offset, taken);
        events().onDatagram(own.array(), offset, taken, sender, taken < length);
        return true;
    }

    int trySend(byte[] array, int offset, int length, @Nullable Address to) {
        ByteBuffer buffer = ByteBuffer.wrap(array, offset, length);
        try {
            if (to == null && !datagrams().isConnected()) {
                return -Errno.EDESTADDRREQ;
            }
            int sent =
                    to == null
                            ? datagrams().write(buffer)
                            : datagrams().send(buffer, NioAddresses.of(to));
            // All or nothing; an empty one leaves no trace of either.
            return sent == length ? length : -Errno.EAGAIN;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.ENETUNREACH);
        }
    }

    void awaitWritable() {
        want(SelectionKey.OP_WRITE);
    }

    int membership(
            IpAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable IpAddress source,
            boolean isJoining) {
        try {
            Member member =
                    new Member(
                            group.host(),
                            networkInterface == null ? routeTo(group) : networkInterface,
                            source == null ? null : source.host());
            return isJoining ? join(member) : drop(member);
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.EINVAL);
        }
    }

    private int join(Member member) throws IOException {
        if (members.containsKey(member)) {
            return -Errno.EADDRINUSE;
        }
        InetAddress source = member.source;
        MembershipKey key =
                source == null
                        ? datagrams().join(member.group, member.networkInterface)
                        : datagrams().join(member.group, member.networkInterface, source);
        members.put(member, key);
        return 0;
    }

    private int drop(Member member) {
        MembershipKey key = members.remove(member);
        if (key == null) {
            return -Errno.EADDRNOTAVAIL;
        }
        key.drop();
        return 0;
    }

    /**
     * The interface by which the kernel would send to {@code group}: it says so to who connects.
     */
    private static NetworkInterface routeTo(IpAddress group) throws IOException {
        try (DatagramChannel asking = DatagramChannel.open(NioAddresses.family(group))) {
            asking.connect(new InetSocketAddress(group.host(), 9));
            InetAddress local = ((InetSocketAddress) asking.getLocalAddress()).getAddress();
            return Objects.requireNonNull(NetworkInterface.getByInetAddress(local));
        }
    }

    int multicastInterface(NetworkInterface networkInterface) {
        try {
            datagrams().setOption(StandardSocketOptions.IP_MULTICAST_IF, networkInterface);
            return 0;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.EINVAL);
        }
    }

    @Override
    @Nullable SocketAddress peer() throws IOException {
        return datagrams().getRemoteAddress();
    }
}
