package dev.millrace.loop;

import dev.millrace.binding.UnixBinding;
import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a stream before it has a socket, and the making of one: only streams that
 * connect, or whose options are set, have one.
 */
final class StreamSetup {
    private final StreamHandle stream;
    private final Map<KernelOption, Integer> options = new EnumMap<>(KernelOption.class);
    private @Nullable BufferSource bufferSource;

    /** Of a channel. */
    @Nullable StreamDescriptors received;

    @Nullable Address local;
    private @Nullable Address peer;
    private @Nullable Request request;

    /** What bind met, which connect then reports (row B5). */
    private int bindError;

    /** The driver will tell how the connect ends, or a further attempt. */
    private boolean isUnderWay;

    StreamSetup(StreamHandle stream) {
        this.stream = stream;
    }

    void option(KernelOption option, int value) {
        Integer before = options.put(option, value);
        Port port = stream.portOrNull();
        if (port != null && (before == null || before != value)) {
            stream.loop.driver.setOption(port, option, value);
        }
    }

    void bufferSource(@Nullable BufferSource source) {
        bufferSource = source;
        Port port = stream.portOrNull();
        if (port != null) {
            port.bufferSource(source);
        }
    }

    boolean isConnecting() {
        return request != null;
    }

    /** As {@link StreamHandle#connect}. */
    void connect(Address to, Request asked) {
        if (isConnecting() || stream.isConnected || stream.isClosing) {
            throw new IllegalStateException(
                    stream.isClosing
                            ? "the stream is closed"
                            : stream.isConnected ? "already connected" : "already connecting");
        }
        UnixBinding.checkName(stream.loop.driver, to);
        UnixBinding.checkName(stream.loop.driver, local);
        asked.begin(Request.Kind.CONNECT, stream);
        request = asked;
        peer = to;
        bindError = 0;
        int result = open(to);
        boolean isBacklogFull = result == -Errno.EAGAIN && to instanceof UnixAddress;
        isUnderWay = result == -Errno.EINPROGRESS || isBacklogFull;
        if (isBacklogFull) {
            StreamConnectRetry.start(stream, to);
        } else if (!isUnderWay) {
            // Known at once, but told later, so that what is attached after this call sees it (row
            // R9).
            stream.loop.pend(() -> told(-result));
        }
    }

    /** Of a stream that was closed meanwhile the closing phase tells ECANCELED. */
    private void told(int errno) {
        if (!stream.isClosing()) {
            stream.connectEnded(errno);
        }
    }

    /** 0, {@code -EINPROGRESS} or a negated errno. */
    private int open(Address to) {
        Driver driver = stream.loop.driver;
        Port port;
        try {
            port = driver.socket(to);
        } catch (IOException e) {
            return e instanceof SystemError system ? -system.errno() : -Errno.EINVAL;
        }
        stream.detach();
        stream.attach(port);
        int carrying = received == null ? 0 : driver.carryDescriptors(port);
        if (carrying < 0) {
            return carrying;
        }
        apply(port);
        if (local != null) {
            // A socket is of one family; the kernel calls another one by several names (row C4).
            boolean isSameFamily = local.family().equals(to.family());
            int bound = isSameFamily ? driver.bind(port, local) : -Errno.EINVAL;
            if (bound < 0) {
                bindError = -bound;
                return bound;
            }
        }
        return driver.connect(port, to);
    }

    /** As {@link StreamHandle#open}. */
    void adopt(int descriptor) throws IOException {
        if (stream.portOrNull() != null || isConnecting() || stream.isClosing) {
            throw SystemError.of(Errno.EBUSY, "open");
        }
        Driver driver = stream.loop.driver;
        Capability.OPEN_DESCRIPTORS.require(driver);
        DescriptorKind found = DescriptorKind.of(descriptor);
        boolean isStream = found != DescriptorKind.LISTENER && found != DescriptorKind.UDP;
        if (!isStream || (received != null && found != DescriptorKind.UNIX)) {
            throw SystemError.of(Errno.EINVAL, "open");
        }
        Port opened = driver.open(descriptor);
        if (received != null) {
            driver.carryDescriptors(opened);
        }
        stream.stands(opened, HandleKind.of(found));
    }

    /** As {@link StreamHandle#takeConnection}. */
    void take(StreamHandle winner) {
        boolean isFree =
                stream.portOrNull() == null
                        && !isConnecting()
                        && !stream.isClosing
                        && received == null;
        if (!isFree || winner.loop != stream.loop || !isUntouched(winner)) {
            throw new IllegalStateException(
                    isFree
                            ? "only a fresh connection of the same loop can be taken"
                            : "this stream has a socket, is closed or is a channel");
        }
        peer = winner.setup().peer;
        bindError = 0;
        stream.stands(winner.giveAway(), HandleKind.UNKNOWN);
    }

    /** Whether it has a connection that nothing has passed through. */
    private static boolean isUntouched(StreamHandle stream) {
        boolean isUnused = stream.bytesRead() == 0 && stream.bytesWritten() == 0;
        return isUnused
                && stream.isConnected
                && !stream.isClosing
                && !stream.isActive()
                && (stream.setupOrNull() == null || stream.setup().received == null);
    }

    /** As {@link StreamHandle#carryDescriptors}. */
    StreamDescriptors carryDescriptors() throws IOException {
        if (received != null && !stream.isClosing) {
            return received;
        }
        Driver driver = stream.loop.driver;
        Capability.PASS_DESCRIPTORS.require(driver);
        if (stream.isClosing || stream.bytesRead() > 0) {
            throw new IllegalStateException(
                    stream.isClosing ? "the stream is closed" : "the stream was read from already");
        }
        Port port = stream.portOrNull();
        int result = port == null ? 0 : driver.carryDescriptors(port);
        if (result < 0) {
            throw SystemError.of(-result, "carryDescriptors");
        }
        StreamDescriptors made = new StreamDescriptors(stream);
        received = made;
        return made;
    }

    /** What was chosen before there was a port holds for {@code port}. */
    void apply(Port port) {
        port.bufferSource(bufferSource);
        options.forEach((option, value) -> stream.loop.driver.setOption(port, option, value));
    }

    /** Closes the socket that is being connected, so that its driver tells nothing more. */
    void abandon() {
        if (isUnderWay) {
            isUnderWay = false;
            stream.detach();
            stream.loop.pend(() -> stream.connectEnded(Errno.ETIMEDOUT));
        }
    }

    /** The request of the connect that ended; null when it was cancelled before. */
    @Nullable Request takeRequest() {
        isUnderWay = false;
        Request asked = request;
        request = null;
        return asked;
    }

    /**
     * The error {@code errno}, with the address it is about: ours for bind, otherwise the peer's.
     */
    IOException error(int errno, String syscall) {
        if (errno == bindError && local != null) {
            return SystemError.of(errno, "bind", local);
        }
        return peer == null ? SystemError.of(errno, syscall) : SystemError.of(errno, syscall, peer);
    }
}
