package dev.millrace.loop;

import dev.millrace.driver.Address;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortOption;
import dev.millrace.driver.SystemError;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a stream before it has a socket: applied when {@link StreamHandle#connect} makes
 * one.
 */
final class StreamSetup {
    final Map<PortOption, Integer> options = new EnumMap<>(PortOption.class);
    @Nullable Address local;
    @Nullable Address peer;

    /** What bind met, which connect then reports (row B5). */
    private boolean hasBindFailed;

    /** 0, {@code -EINPROGRESS} or a negated errno. */
    int connect(StreamHandle stream, Address to) {
        peer = to;
        hasBindFailed = false;
        Driver driver = stream.loop.driver;
        Port port;
        try {
            port = driver.socket(to);
        } catch (IOException e) {
            return -errno(e);
        }
        stream.attach(port);
        options.forEach((option, value) -> driver.setOption(port, option, value));
        if (local != null) {
            int bound = driver.bind(port, local);
            if (bound < 0) {
                hasBindFailed = true;
                return bound;
            }
        }
        return driver.connect(port, to);
    }

    /**
     * The error {@code errno}, with the address it is about: ours for bind, otherwise the peer's.
     */
    IOException error(int errno, String syscall) {
        if (hasBindFailed && local != null) {
            return SystemError.of(errno, "bind", local);
        }
        return peer == null ? SystemError.of(errno, syscall) : SystemError.of(errno, syscall, peer);
    }

    static int errno(IOException e) {
        return e instanceof SystemError system ? system.errno() : dev.millrace.sys.Errno.EINVAL;
    }
}
