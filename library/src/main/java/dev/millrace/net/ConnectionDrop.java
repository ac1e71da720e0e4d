package dev.millrace.net;

import dev.millrace.kernel.Address;
import java.io.IOException;
import java.util.Optional;

/**
 * A connection that was closed at once, by its server or for all of a cluster by the primary.
 *
 * @param local our end's address
 * @param remote the peer's address, or its client's as soon as a balancer has told it; empty when
 *     the peer has left meanwhile
 * @param reason which of its server's limits it met
 * @param error what was wrong with the header of a balancer, or the handshake of TLS
 * @see ConnectionLimits
 * @see ProxyProtocol
 */
public record ConnectionDrop(
        Optional<Address> local,
        Optional<Address> remote,
        Reason reason,
        Optional<IOException> error) {
    /** Which limit a connection met. */
    public enum Reason {
        /** The peer's address is blocked. */
        BLOCKED,
        /** The server has as many connections as it may. */
        MAX_CONNECTIONS,
        /** The peer's address has as many as it may. */
        MAX_PER_ADDRESS,
        /** The peer is no balancer, and the server serves none but those. */
        NO_BALANCER,
        /** The balancer's header is missing, wrong, too long or late. */
        PROXY_HEADER,
        /** The handshake of TLS failed, or was late. */
        TLS_HANDSHAKE,
        /** No worker of the cluster takes it. */
        NOT_TAKEN
    }
}
