package dev.millrace.web;

import dev.millrace.kernel.Address;
import java.util.Optional;

/**
 * Where a request came from, and what its client asked for, as {@link TrustedProxies} tell.
 *
 * @param address the client, or the last proxy before it that is known; empty once the connection
 *     is gone. Its port is 0 where a proxy tells none
 * @param scheme {@code http} or {@code https}
 * @param host the host that the client asked for, with its port unless that is the scheme's own
 */
public record ClientOrigin(Optional<Address> address, String scheme, String host) {
    /** Whether the client's connection is encrypted. */
    public boolean isSecure() {
        return scheme.equals("https");
    }
}
