package dev.millrace.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Which identity this end shows in a handshake. The JDK names one by a text, and asks for its parts
 * later: so every identity that was chosen is known by its serial number and issuer.
 */
final class IdentityChoice extends X509ExtendedKeyManager {
    private static final int CHOSEN_MAX = 256;

    /** Its text says nothing: that of the others begins with a number. */
    private static final String OWN = "own";

    private final @Nullable TlsIdentity own;
    private final @Nullable ServerNames names;

    /**
     * A name that the peer says may have an identity made for it, so they are not kept for ever; a
     * part is asked for in the same step as the choice.
     */
    private final Map<String, TlsIdentity> chosen = Recent.map(CHOSEN_MAX);

    IdentityChoice(TlsOptions options) {
        own = options.identity().orElse(null);
        names = options.names().orElse(null);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        TlsIdentity found = forName(engine);
        return found != null && found.isOf(keyType) ? alias(found) : null;
    }

    private @Nullable TlsIdentity forName(SSLEngine engine) {
        if (names != null && engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
            Optional<String> name = EngineSession.name(session);
            if (name.isPresent()) {
                return names.identityFor(name.get().toLowerCase(Locale.ROOT)).orElse(own);
            }
        }
        return own;
    }

    private String alias(TlsIdentity identity) {
        if (identity == own) {
            // Nearly every handshake, and to write out the issuer's name takes a while.
            return OWN;
        }
        X509Certificate first = identity.chain().getFirst();
        String alias = first.getSerialNumber() + " " + first.getIssuerX500Principal();
        chosen.put(alias, identity);
        return alias;
    }

    @Override
    public @Nullable String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
        TlsIdentity shown = own;
        return shown != null && Arrays.stream(keyTypes).anyMatch(shown::isOf) ? alias(shown) : null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        TlsIdentity found = known(alias);
        return found == null ? null : found.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        TlsIdentity found = known(alias);
        return found == null ? null : found.key();
    }

    private @Nullable TlsIdentity known(String alias) {
        return alias.equals(OWN) ? own : chosen.get(alias);
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public @Nullable String chooseServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
