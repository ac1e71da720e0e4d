package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.proxyprotocol.ProxyHeader.Version;
import dev.millrace.proxyprotocol.ProxyHeaderParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Which peers of a server are balancers that speak the PROXY protocol (haproxy's
 * proxy-protocol.txt, versions 1 and 2). It is the peer's address that decides, and never what it
 * sends: a balancer has to send a header, and a header of any other peer is none. So a client that
 * reaches the server past the balancer can't make itself an address.
 *
 * {@snippet class="dev.millrace.net.ProxyProtocolExamplesTest" region="required"}
 *
 * @param trusted the balancers' addresses
 * @param isUnixTrusted whether peers on a Unix socket are balancers
 * @param others what becomes of all other peers
 * @param headerLimit how long the whole header may take; proxy-protocol.txt asks for three seconds
 *     at least, in which a lost segment is sent again
 * @param headerMaxBytes the most that a header of version 2 may have
 */
public record ProxyProtocol(
        BlockList trusted,
        boolean isUnixTrusted,
        Others others,
        Duration headerLimit,
        int headerMaxBytes) {
    /** What becomes of a connection of a peer that is no balancer. */
    public enum Others {
        /** It is dropped. */
        REFUSED,
        /** It is served as it is: it has no header. */
        SERVED
    }

    /** Among the rules: peers on a Unix socket. */
    private static final String UNIX = "unix";

    private static final Duration HEADER_LIMIT = Duration.ofSeconds(5);
    private static final int HEADER_MAX_BYTES = 4096;

    /** The address and the TLVs of the longest header. */
    private static final int LENGTH_MAX = 16 + 0xFFFF;

    /**
     * @throws IllegalArgumentException if a limit makes no sense
     */
    public ProxyProtocol {
        Objects.requireNonNull(trusted, "trusted");
        Objects.requireNonNull(others, "others");
        if (!headerLimit.isPositive()) {
            throw new IllegalArgumentException(
                    "headerLimit is " + headerLimit + ": use more than zero, 5 s is the default");
        }
        int least = ProxyHeaderParser.LEAST_MAX_BYTES;
        if (headerMaxBytes < least || headerMaxBytes > LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "headerMaxBytes is "
                            + headerMaxBytes
                            + ": use "
                            + least
                            + " to "
                            + LENGTH_MAX
                            + ", 4096 is the default");
        }
    }

    /**
     * A header is required of these peers; all others are refused.
     *
     * @param trusted the balancers, by the rules of {@link BlockList}: {@code 10.0.0.7}, {@code
     *     10.0.0.0/8}; and {@code unix} for all peers on a Unix socket
     * @throws IllegalArgumentException if one is no such rule, or there is none
     */
    public static ProxyProtocol required(String... trusted) {
        List<String> rules = new ArrayList<>(Arrays.asList(trusted));
        if (rules.isEmpty()) {
            throw new IllegalArgumentException(
                    "no balancer is named: use its address, 10.0.0.7 for instance, or unix");
        }
        boolean isUnix = rules.removeIf(UNIX::equals);
        return new ProxyProtocol(
                BlockList.of(rules.toArray(String[]::new)),
                isUnix,
                Others.REFUSED,
                HEADER_LIMIT,
                HEADER_MAX_BYTES);
    }

    /** These options with peers that are no balancers refused, or served. */
    public ProxyProtocol withOthers(Others others) {
        return new ProxyProtocol(trusted, isUnixTrusted, others, headerLimit, headerMaxBytes);
    }

    /** These options with another time for the header. */
    public ProxyProtocol withHeaderLimit(Duration headerLimit) {
        return new ProxyProtocol(trusted, isUnixTrusted, others, headerLimit, headerMaxBytes);
    }

    /** These options with headers of another length. */
    public ProxyProtocol withHeaderMaxBytes(int headerMaxBytes) {
        return new ProxyProtocol(trusted, isUnixTrusted, others, headerLimit, headerMaxBytes);
    }

    /** Whether {@code peer} is a balancer. */
    public boolean isTrusted(Address peer) {
        return peer instanceof UnixAddress ? isUnixTrusted : trusted.contains(peer);
    }

    /**
     * What a proxy tells the next server of {@code client}, a connection that it has accepted: its
     * two addresses, or what the balancer before has told of them; of a Unix socket version 1 can't
     * tell them. Loop thread only.
     *
     * {@snippet class="dev.millrace.net.ProxyProtocolExamplesTest" region="headerFor"}
     */
    public static ProxyHeader headerFor(NetSocket client, Version version) {
        Optional<Address> source = client.remoteAddress();
        Optional<Address> destination =
                client.proxyHeader().flatMap(ProxyHeader::destination).or(client::localAddress);
        if (source.isEmpty() || destination.isEmpty()) {
            return ProxyHeader.unknown(version);
        }
        if (version == Version.V2) {
            return ProxyHeader.v2(source.get(), destination.get());
        }
        return source.get() instanceof IpAddress from && destination.get() instanceof IpAddress to
                ? ProxyHeader.v1(from, to)
                : ProxyHeader.unknown(version);
    }
}
