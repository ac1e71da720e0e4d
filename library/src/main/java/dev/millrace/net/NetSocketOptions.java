package dev.millrace.net;

import dev.millrace.driver.Address;
import java.util.Optional;

/**
 * How a socket behaves.
 *
 * @param allowHalfOpen whether our side stays open when the peer has ended its own; false ends it
 *     as well, after what is still queued (row H4)
 * @param noDelay whether small segments leave at once (TCP_NODELAY); for accepted sockets the
 *     listener's option counts
 * @param local the address to connect from; empty leaves it to the kernel (row C18)
 */
public record NetSocketOptions(boolean allowHalfOpen, boolean noDelay, Optional<Address> local) {
    /** Both sides end together, no delay, any local address. */
    public static final NetSocketOptions DEFAULTS =
            new NetSocketOptions(false, true, Optional.empty());

    /** These options with half-open connections allowed or not. */
    public NetSocketOptions withAllowHalfOpen(boolean allowHalfOpen) {
        return new NetSocketOptions(allowHalfOpen, noDelay, local);
    }

    /** These options with no-delay on or off. */
    public NetSocketOptions withNoDelay(boolean noDelay) {
        return new NetSocketOptions(allowHalfOpen, noDelay, local);
    }

    /** These options with a local address to connect from. */
    public NetSocketOptions withLocal(Address local) {
        return new NetSocketOptions(allowHalfOpen, noDelay, Optional.of(local));
    }
}
