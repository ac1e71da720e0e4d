package dev.millrace.net;

import dev.millrace.kernel.Address;
import java.util.Optional;

/**
 * A connection that was closed at once.
 *
 * @param local our end's address
 * @param remote the peer's address; empty when the peer has left meanwhile
 * @param reason which of its server's limits it met
 * @see ConnectionLimits
 */
public record ConnectionDrop(Optional<Address> local, Optional<Address> remote, Reason reason) {
    /** Which limit a connection met. */
    public enum Reason {
        /** The peer's address is blocked. */
        BLOCKED,
        /** The server has as many connections as it may. */
        MAX_CONNECTIONS,
        /** The peer's address has as many as it may. */
        MAX_PER_ADDRESS
    }
}
