package dev.millrace.tls;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which identity a server shows to a client that asks for a name (SNI, RFC 6066 section 3). Called
 * on a thread of the handshake, never the loop's, so an own one must be safe for any thread.
 *
 * {@snippet class="dev.millrace.tls.TlsExamplesTest" region="serverNames"}
 */
@FunctionalInterface
public interface ServerNames {
    /**
     * The identity for {@code name}, in small letters; empty: the options' own. What it throws
     * fails the handshake.
     */
    Optional<TlsIdentity> identityFor(String name);

    /**
     * By name; {@code *.example.org} stands for one label more, and for no other (RFC 9525 section
     * 6.3). The name itself is first.
     *
     * @throws IllegalArgumentException if a wildcard is not the whole first label
     */
    static ServerNames of(Map<String, TlsIdentity> byName) {
        Map<String, TlsIdentity> known = new HashMap<>();
        byName.forEach((name, identity) -> {
            if (name.lastIndexOf('*') > 0 || (name.startsWith("*") && !name.startsWith("*."))) {
                throw new IllegalArgumentException(
                        "\""
                                + name
                                + "\": a wildcard is the whole first label, as in *.example.org");
            }
            known.put(name.toLowerCase(Locale.ROOT), identity);
        });
        return name -> {
            TlsIdentity exact = known.get(name);
            int dot = name.indexOf('.');
            String wildcard = dot < 0 ? name : "*" + name.substring(dot);
            return Optional.ofNullable(exact == null ? known.get(wildcard) : exact);
        };
    }
}
