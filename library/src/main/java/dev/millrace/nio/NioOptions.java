package dev.millrace.nio;

import dev.millrace.kernel.KernelOption;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Socket options by the names that the JDK has for them. A channel knows which of them it has;
 * those of module jdk.net are among them when it is there.
 */
final class NioOptions {
    /** What a connection has from its listener (tcp(7)); the JDK's listeners know nothing of it. */
    static final Set<KernelOption> INHERITED =
            EnumSet.of(
                    KernelOption.NO_DELAY,
                    KernelOption.KEEP_ALIVE,
                    KernelOption.TCP_KEEPIDLE,
                    KernelOption.TCP_KEEPINTVL,
                    KernelOption.TCP_KEEPCNT,
                    KernelOption.SEND_BUFFER_BYTES);

    private NioOptions() {}

    /** 0, or a negated errno. */
    static int set(NetworkChannel channel, KernelOption option, int value) {
        SocketOption<?> known = find(channel, option);
        if (known == null) {
            // The JDK's IPv6 sockets speak to IPv4 peers as well, and nothing changes that.
            boolean isSo = option == KernelOption.IPV6_ONLY && value == 0;
            return isSo ? 0 : -Errno.EOPNOTSUPP;
        }
        try {
            set(channel, known, value);
            return 0;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.EINVAL);
        }
    }

    @SuppressWarnings("unchecked")
    private static void set(NetworkChannel channel, SocketOption<?> option, int value)
            throws IOException {
        if (option.type() == Boolean.class) {
            channel.setOption((SocketOption<Boolean>) option, value != 0);
        } else {
            channel.setOption((SocketOption<Integer>) option, value);
        }
    }

    /** The value, or a negated errno. */
    static int get(NetworkChannel channel, KernelOption option) {
        SocketOption<?> known = find(channel, option);
        if (known == null) {
            return option == KernelOption.IPV6_ONLY ? 0 : -Errno.EOPNOTSUPP;
        }
        try {
            Object value = channel.getOption(known);
            return value instanceof Boolean isOn ? (isOn ? 1 : 0) : (Integer) value;
        } catch (IOException | RuntimeException e) {
            return -NioErrors.errno(e, Errno.EINVAL);
        }
    }

    private static @Nullable SocketOption<?> find(NetworkChannel channel, KernelOption option) {
        String name = name(option);
        for (SocketOption<?> known : channel.supportedOptions()) {
            if (known.name().equals(name)) {
                return known;
            }
        }
        return null;
    }

    private static String name(KernelOption option) {
        return switch (option) {
            case NO_DELAY -> "TCP_NODELAY";
            case KEEP_ALIVE -> "SO_KEEPALIVE";
            case TCP_KEEPIDLE -> "TCP_KEEPIDLE";
            case TCP_KEEPINTVL -> "TCP_KEEPINTERVAL";
            case TCP_KEEPCNT -> "TCP_KEEPCOUNT";
            case REUSE_ADDRESS -> "SO_REUSEADDR";
            case REUSE_PORT -> "SO_REUSEPORT";
            case RECEIVE_BUFFER_BYTES -> "SO_RCVBUF";
            case SEND_BUFFER_BYTES -> "SO_SNDBUF";
            case BROADCAST -> "SO_BROADCAST";
            case MULTICAST_TTL -> "IP_MULTICAST_TTL";
            case MULTICAST_LOOP -> "IP_MULTICAST_LOOP";
            case IPV6_ONLY, TTL, PEER_PID, PEER_UID -> "";
        };
    }
}
