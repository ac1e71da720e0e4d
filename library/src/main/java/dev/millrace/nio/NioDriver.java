package dev.millrace.nio;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.driver.SocketFile;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.io.Closeable;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The portable driver, on {@link java.nio.channels}: for macOS and Windows, and for Linux without
 * native access. It calls no native function of its own, and it can't do what the JDK has no words
 * for ({@link #supports}).
 *
 * <p>Where it differs otherwise: between bind and listen a Unix socket's file is replaced, with its
 * mode; a Unix path has at most 106 bytes; that a peer left shows with the next read or write.
 */
public final class NioDriver implements Driver {
    private final NioSelector selector;

    public NioDriver() throws IOException {
        try {
            selector = new NioSelector();
        } catch (IOException e) {
            throw NioErrors.of(e, "selector", Errno.EMFILE);
        }
    }

    @Override
    public String name() {
        return "nio";
    }

    @Override
    public boolean supports(Capability capability) {
        return switch (capability) {
            case DATAGRAMS, MOVE_CONNECTIONS, SHARED_LISTENERS -> true;
            case PASS_DESCRIPTORS,
                    OPEN_DESCRIPTORS,
                    WATCH_DESCRIPTORS,
                    ABSTRACT_NAMES,
                    EVERY_PATH,
                    IPV6_ONLY,
                    PEER_CLOSED,
                    SEND_FILES,
                    SHED_CONNECTIONS ->
                    false;
        };
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void poll(long timeoutNanos, Dispatcher dispatcher) {
        selector.poll(timeoutNanos, dispatcher);
    }

    @Override
    public void wakeUp() {
        selector.wakeUp();
    }

    @Override
    public Port socket(Address address) throws IOException {
        try {
            return NioSocket.open(selector, NioAddresses.family(address));
        } catch (IOException | UnsupportedOperationException e) {
            throw NioErrors.of(e, "socket", Errno.EMFILE);
        }
    }

    @Override
    public Port datagram(Address address) throws IOException {
        try {
            return NioDatagram.open(selector, NioAddresses.family(address));
        } catch (IOException | UnsupportedOperationException e) {
            throw NioErrors.of(e, "socket", Errno.EMFILE);
        }
    }

    @Override
    public int bind(Port port, Address address) {
        return port instanceof NioDatagram datagram
                ? datagram.bind(address)
                : ((NioSocket) port).bind(address);
    }

    @Override
    public int listen(Port port, int backlog) {
        return port instanceof NioSocket socket ? socket.listen(backlog) : -Errno.EOPNOTSUPP;
    }

    @Override
    public void acceptStart(Port port, int perWakeUp) {
        ((NioSocket) port).acceptStart(perWakeUp);
    }

    @Override
    public void acceptStop(Port port) {
        ((NioSocket) port).acceptStop();
    }

    @Override
    public int connect(Port port, Address address) {
        return port instanceof NioDatagram datagram
                ? datagram.connect(address)
                : ((NioSocket) port).connect(address);
    }

    @Override
    public void readStart(Port port) {
        ((NioPort) port).readStart();
    }

    @Override
    public void readStop(Port port) {
        ((NioPort) port).readStop();
    }

    @Override
    public int tryWrite(Port port, byte[] array, int offset, int length) {
        return ((NioSocket) port).writer().tryWrite(array, offset, length);
    }

    @Override
    public void write(Port port, byte[] array, int offset, int length) {
        ((NioSocket) port).writer().park(array, offset, length);
    }

    @Override
    public int disconnect(Port port) {
        return port instanceof NioDatagram datagram ? datagram.disconnect() : -Errno.EOPNOTSUPP;
    }

    @Override
    public int trySend(Port port, byte[] array, int offset, int length, @Nullable Address to) {
        return ((NioDatagram) port).trySend(array, offset, length, to);
    }

    @Override
    public void awaitWritable(Port port) {
        ((NioDatagram) port).awaitWritable();
    }

    @Override
    public int membership(
            Port port,
            IpAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable IpAddress source,
            boolean isJoining) {
        return ((NioDatagram) port).membership(group, networkInterface, source, isJoining);
    }

    @Override
    public int multicastInterface(Port port, NetworkInterface networkInterface) {
        return ((NioDatagram) port).multicastInterface(networkInterface);
    }

    @Override
    public int shutdown(Port port) {
        return ((NioSocket) port).shutdown();
    }

    @Override
    public @Nullable Address localAddress(Port port) {
        return ((NioPort) port).local();
    }

    @Override
    public @Nullable Address remoteAddress(Port port) {
        return ((NioPort) port).remote();
    }

    @Override
    public int setOption(Port port, KernelOption option, int value) {
        return port instanceof NioSocket socket
                ? socket.setOption(option, value)
                : NioOptions.set(((NioPort) port).network(), option, value);
    }

    @Override
    public int getOption(Port port, KernelOption option) {
        return port instanceof NioSocket socket
                ? socket.getOption(option)
                : NioOptions.get(((NioPort) port).network(), option);
    }

    @Override
    public void close(Port port) {
        selector.closePort((NioPort) port);
    }

    @Override
    public void reset(Port port) {
        if (port instanceof NioSocket socket) {
            socket.resetOnClose();
        }
        close(port);
    }

    @Override
    public int chmod(UnixAddress path, int mode) {
        return NioFiles.chmod(path.toString(), mode);
    }

    @Override
    public void unlink(UnixAddress path) {
        NioFiles.unlink(path.toString());
    }

    @Override
    public @Nullable SocketFile file(UnixAddress path) {
        return NioFiles.file(path.toString());
    }

    @Override
    public Closeable lock(UnixAddress path) throws IOException {
        return NioLock.take(path);
    }

    @Override
    public Shared share(Port port) throws IOException {
        return ((NioSocket) port).share().hold();
    }

    /**
     * A listener can move as well.
     *
     * @throws IllegalStateException for a listener that several loops share
     */
    @Override
    public Shared detach(Port port) {
        NioSocket moving = (NioSocket) port;
        if (moving.isShared()) {
            throw new IllegalStateException("a shared listener stays in its loop");
        }
        selector.remove(moving);
        return new Moving(moving);
    }

    @Override
    public Port adopt(Shared shared) {
        return shared instanceof SharedAcceptor.Hold hold
                ? hold.join(selector)
                : ((Moving) shared).take().movedTo(selector);
    }

    /** A socket that belongs to no selector; it can be adopted once. */
    private static final class Moving implements Shared {
        private final AtomicReference<@Nullable NioSocket> socket;

        Moving(NioSocket socket) {
            this.socket = new AtomicReference<>(socket);
        }

        NioSocket take() {
            NioSocket taken = socket.getAndSet(null);
            if (taken == null) {
                throw new IllegalStateException("it has been adopted, or closed");
            }
            return taken;
        }

        @Override
        public void close() {
            NioSocket left = socket.getAndSet(null);
            if (left != null) {
                NioSelector.close(left.channel());
            }
        }
    }

    @Override
    public void close() {
        selector.close();
    }
}
