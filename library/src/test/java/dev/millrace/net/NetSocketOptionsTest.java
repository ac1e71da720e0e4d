package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KeepAlive;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.stream.WriteLimit;
import dev.millrace.testing.RecordChanges;
import dev.millrace.tls.TlsOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetSocketOptionsTest {
    private static final NetSocketOptions DEFAULTS = NetSocketOptions.DEFAULTS;
    private static final IpAddress LOCAL = IpAddress.loopback(0);
    private static final NameOptions NAMES = NameOptions.DEFAULTS.withFamily(AddressFamily.IPV6);
    private static final WriteLimit LIMIT = new WriteLimit(1, WriteLimit.Policy.REFUSE);

    private static final BlockList BLOCKED = BlockList.of("::1");

    /** One change by each component's name. */
    private static final Map<String, UnaryOperator<NetSocketOptions>> CHANGES =
            Map.of(
                    "allowHalfOpen", options -> options.withAllowHalfOpen(true),
                    "noDelay", options -> options.withNoDelay(false),
                    "keepAlive", options -> options.withKeepAlive(KeepAlive.DEFAULTS),
                    "local", options -> options.withLocal(LOCAL),
                    "connectTimeout", options -> options.withConnectTimeout(Duration.ofHours(1)),
                    "writeLimit", options -> options.withWriteLimit(LIMIT),
                    "names", options -> options.withNames(NAMES),
                    "blocked", options -> options.withBlocked(BLOCKED),
                    "proxyHeader", options -> options.withProxyHeader(ProxyHeader.local()),
                    "tls", options -> options.withTls(TlsOptions.DEFAULTS));

    @Test
    void theDefaultsAreNodes() {
        assertThat(DEFAULTS)
                .isEqualTo(
                        new NetSocketOptions(
                                false,
                                true,
                                Optional.empty(),
                                Optional.empty(),
                                Duration.ZERO,
                                WriteLimit.DEFAULTS,
                                NameOptions.DEFAULTS,
                                DEFAULTS.blocked(),
                                Optional.empty(),
                                Optional.empty()));
        assertThat(DEFAULTS.blocked().rules()).isEmpty();
    }

    @Test
    void tlsIsTakenAwayAsWell() {
        assertThat(DEFAULTS.withTls(TlsOptions.DEFAULTS).withoutTls()).isEqualTo(DEFAULTS);
    }

    @Test
    void eachChangeIsOfItsOwnComponentAndKeepsAllOthers() {
        RecordChanges.expectEachItsOwn(DEFAULTS, CHANGES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT-1S", "PT-0.000000001S"})
    void aNegativeTimeoutIsRefusedWithItsValueAndWhatToUse(Duration timeout) {
        assertThatThrownBy(() -> DEFAULTS.withConnectTimeout(timeout))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("connectTimeout is " + timeout + ": use zero for none, or more");
    }

    @Test
    void whatIsMissingIsNamed() {
        Optional<KeepAlive> none = Optional.empty();
        assertThatThrownBy(() ->
                        new NetSocketOptions(
                                false,
                                true,
                                null,
                                Optional.empty(),
                                Duration.ZERO,
                                LIMIT,
                                NAMES,
                                DEFAULTS.blocked(),
                                Optional.empty(),
                                Optional.empty()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("keepAlive");
        assertThatThrownBy(() ->
                        new NetSocketOptions(
                                false,
                                true,
                                none,
                                null,
                                Duration.ZERO,
                                LIMIT,
                                NAMES,
                                DEFAULTS.blocked(),
                                Optional.empty(),
                                Optional.empty()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("local");
        assertThatThrownBy(() -> DEFAULTS.withWriteLimit(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("writeLimit");
        assertThatThrownBy(() -> DEFAULTS.withBlocked(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("blocked");
        assertThatThrownBy(() -> DEFAULTS.withNames(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("names");
        assertThatThrownBy(() -> DEFAULTS.withLocal(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> DEFAULTS.withConnectTimeout(null))
                .isInstanceOf(NullPointerException.class);
    }
}
