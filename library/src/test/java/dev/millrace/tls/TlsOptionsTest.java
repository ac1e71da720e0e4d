package dev.millrace.tls;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.RecordChanges;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The options by themselves. */
class TlsOptionsTest {
    private static final TlsIdentity IDENTITY = TestCertificates.LOCALHOST.identity();
    private static final TlsTrust TRUST = TestCertificates.AUTHORITY.trust();
    private static final ServerNames NAMES = name -> Optional.empty();
    private static final Map<String, UnaryOperator<TlsOptions>> CHANGES =
            Map.of(
                    "identity", options -> options.withIdentity(IDENTITY),
                    "names", options -> options.withNames(NAMES),
                    "trust", options -> options.withTrust(TRUST),
                    "serverName", options -> options.withServerName("a"),
                    "clientCertificates",
                            options -> options.withClientCertificates(ClientCertificates.WANTED),
                    "alpn", options -> options.withAlpn("a"),
                    "protocols", options -> options.withProtocols(TlsProtocol.TLS_1_2),
                    "handshakeLimit", options -> options.withHandshakeLimit(Duration.ofHours(1)),
                    "sessions", options -> options.withSessions(TlsSessions.DEFAULTS.withMax(1)));

    @Test
    void eachChangeIsOfItsOwnComponentAndKeepsAllOthers() {
        RecordChanges.expectEachItsOwn(TlsOptions.DEFAULTS, CHANGES);
    }

    @Test
    void whatIsWrongIsNamed() {
        TlsOptions options = TlsOptions.DEFAULTS;
        assertThatThrownBy(options::withProtocols)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("protocols is empty");
        assertThatThrownBy(() -> options.withHandshakeLimit(Duration.ZERO))
                .hasMessage("handshakeLimit is PT0S: use more than zero");
        assertThatThrownBy(() -> options.withAlpn("a", ""))
                .hasMessage("alpn has \"\": a name has 1 to 255 bytes");
        options.withAlpn("a".repeat(255));
        assertThatThrownBy(() -> options.withAlpn("a".repeat(256)))
                .hasMessageEndingWith("a name has 1 to 255 bytes");
    }

    @Test
    void theLimitsOfSessionsHaveLimits() {
        TlsSessions sessions = TlsSessions.DEFAULTS;
        sessions.withMax(1).withLifetime(Duration.ofSeconds(1)).withLifetime(Duration.ofDays(7));
        assertThatThrownBy(() -> sessions.withMax(0)).hasMessage("max is 0: use 1 or more");
        for (Duration wrong :
                new Duration[] {Duration.ofMillis(999), Duration.ofDays(7).plusMillis(1)}) {
            assertThatThrownBy(() -> sessions.withLifetime(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("lifetime is " + wrong + ": use a second to seven days");
        }
    }
}
