package dev.millrace.loop;

import dev.millrace.driver.Address;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortOption;
import dev.millrace.driver.SystemError;
import dev.millrace.driver.UnixAddress;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a stream before it has a socket, and the making of one: only streams that
 * connect, or whose options somebody sets, have one.
 */
final class StreamSetup {
    final Map<PortOption, Integer> options = new EnumMap<>(PortOption.class);
    @Nullable Address local;
    private final StreamHandle stream;
    private @Nullable Address peer;
    private @Nullable Request request;

    /** What bind met, which connect then reports (row B5). */
    private int bindError;

    StreamSetup(StreamHandle stream) {
        this.stream = stream;
    }

    boolean isConnecting() {
        return request != null;
    }

    void connect(Address to, Request asked) {
        asked.begin(Request.Kind.CONNECT, stream);
        request = asked;
        peer = to;
        bindError = 0;
        int result = open(to);
        if (result == -Errno.EAGAIN && to instanceof UnixAddress) {
            BacklogRetry.start(stream, to);
        } else if (result != -Errno.EINPROGRESS) {
            // Known at once, but told later, so that what is attached after this call sees it (row
            // R9).
            stream.loop.pend(() -> stream.onConnect(-result));
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
        stream.attach(port);
        options.forEach((option, value) -> driver.setOption(port, option, value));
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

    /** The request of the connect that ended; null when it was cancelled before. */
    @Nullable Request takeRequest() {
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
