package dev.millrace.net;

import dev.millrace.kernel.Address;
import java.util.Optional;

/**
 * A connection that was closed at once, because its server has as many as it may.
 *
 * @param local our end's address
 * @param remote the peer's address; empty when the peer has left meanwhile
 * @see NetServerOptions
 */
public record ConnectionDrop(Optional<Address> local, Optional<Address> remote) {}
