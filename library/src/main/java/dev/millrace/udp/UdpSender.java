package dev.millrace.udp;

import dev.millrace.dns.NameLookup;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Request;
import dev.millrace.loop.UdpHandle;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The send side of a {@link UdpSocket}: the way of each datagram to the handle, and its one
 * outcome.
 */
final class UdpSender {
    private final UdpOpening opening;
    private final UdpHandle handle;
    private final UdpWaiting waiting;

    UdpSender(UdpOpening opening, UdpHandle handle) {
        this.opening = opening;
        this.handle = handle;
        this.waiting = opening.waiting;
    }

    /** {@code to} null: to the peer. */
    void send(
            ByteBuffer bytes,
            @Nullable IpAddress to,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        check(to != null);
        if (!opening.isReady()) {
            Sending sending = admitted(bytes, to, callback);
            if (sending != null) {
                opening.perform(sending);
            }
        } else if (bytes.hasArray()) {
            int offset = bytes.arrayOffset() + bytes.position();
            handle.send(bytes.array(), offset, bytes.remaining(), to, request(callback));
            bytes.position(bytes.limit());
        } else {
            byte[] copy = copy(bytes);
            handle.send(copy, 0, copy.length, to, request(callback));
        }
    }

    void send(
            ByteBuffer bytes,
            int port,
            String host,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        // A wrong port is the caller's mistake, not the network's.
        IpAddress.loopback(port);
        List<Address> literal = NameLookup.literal(host, port);
        if (!literal.isEmpty()) {
            send(bytes, (IpAddress) literal.getFirst(), callback);
            return;
        }
        check(true);
        Sending sending = admitted(bytes, null, callback);
        if (sending != null) {
            waiting.addForName(sending);
            sending.lookUp =
                    NameLookup.addresses(
                            opening.loop(),
                            host,
                            port,
                            found -> {
                                if (isWanted(sending)) {
                                    sending.to = opening.fitting(found);
                                    opening.perform(sending);
                                }
                            },
                            error -> {
                                if (isWanted(sending)) {
                                    tell(callback, error);
                                }
                            });
        }
    }

    /** The look-up is over. What the close of the socket finds waiting ends with it. */
    private boolean isWanted(Sending sending) {
        return !handle.isClosing() && waiting.takeForName(sending);
    }

    private void check(boolean hasAddress) {
        opening.checkOpen();
        if (hasAddress == opening.hasPeer()) {
            throw new IllegalStateException(
                    hasAddress
                            ? "the socket is connected: send without an address"
                                    + " (ERR_SOCKET_DGRAM_IS_CONNECTED)"
                            : "send where to? (ERR_SOCKET_DGRAM_NOT_CONNECTED)");
        }
    }

    /** A datagram that has to wait, with bytes of its own; null when too many wait already. */
    private @Nullable Sending admitted(
            ByteBuffer bytes,
            @Nullable IpAddress to,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        byte[] copy = copy(bytes);
        if (waiting.hasRoom(copy.length)) {
            return new Sending(copy, to, callback);
        }
        opening.loop().nextTick(() -> tell(callback, error(Errno.ENOBUFS, to)));
        return null;
    }

    private static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    private static @Nullable Request request(
            @Nullable Consumer<? super @Nullable IOException> callback) {
        return callback == null ? null : new Request(callback);
    }

    private void tell(
            @Nullable Consumer<? super @Nullable IOException> callback, IOException error) {
        if (callback == null) {
            opening.sendFailed(error);
        } else {
            opening.tell(() -> callback.accept(error));
        }
    }

    private static IOException error(int errno, @Nullable IpAddress to) {
        return to == null ? SystemError.of(errno, "send") : SystemError.of(errno, "send", to);
    }

    /** A datagram that waits for the socket, or for its receiver's address. */
    private final class Sending implements UdpWaiting.Operation {
        private final byte[] bytes;
        private final @Nullable Consumer<? super @Nullable IOException> callback;
        private @Nullable IpAddress to;

        /** Cancels the look-up of where it goes. */
        private Runnable lookUp = () -> {};

        Sending(
                byte[] bytes,
                @Nullable IpAddress to,
                @Nullable Consumer<? super @Nullable IOException> callback) {
            this.bytes = bytes;
            this.to = to;
            this.callback = callback;
        }

        @Override
        public int bytes() {
            return bytes.length;
        }

        /** Since the call a connect may have failed, or come in between. */
        @Override
        public void run() {
            boolean isConnected = handle.remoteAddress() != null;
            if (isConnected == (to == null)) {
                handle.send(bytes, 0, bytes.length, to, request(callback));
            } else {
                tell(callback, error(isConnected ? Errno.EISCONN : Errno.ENOTCONN, to));
            }
        }

        /** Why there is no socket was told to the socket's own listener. */
        @Override
        public void failed(IOException error) {
            lookUp.run();
            if (callback != null) {
                tell(callback, error);
            }
        }
    }
}
