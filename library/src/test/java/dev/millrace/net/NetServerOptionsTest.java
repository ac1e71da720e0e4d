package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.KeepAlive;
import dev.millrace.stream.WriteLimit;
import dev.millrace.testing.RecordChanges;
import dev.millrace.tls.TestCertificates;
import dev.millrace.tls.TlsOptions;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetServerOptionsTest {
    private static final TlsOptions TLS = TestCertificates.server();
    private static final NetServerOptions DEFAULTS = NetServerOptions.DEFAULTS;
    private static final WriteLimit LIMIT = new WriteLimit(1, WriteLimit.Policy.REFUSE);

    private static final ProxyProtocol BALANCER = ProxyProtocol.required("10.0.0.7");

    /** One change by each component's name. */
    private static final Map<String, UnaryOperator<NetServerOptions>> CHANGES =
            Map.of(
                    "allowHalfOpen", options -> options.withAllowHalfOpen(true),
                    "noDelay", options -> options.withNoDelay(false),
                    "keepAlive", options -> options.withKeepAlive(KeepAlive.DEFAULTS),
                    "writeLimit", options -> options.withWriteLimit(LIMIT),
                    "pauseOnConnect", options -> options.withPauseOnConnect(true),
                    "limits", options -> options.withMaxConnections(7),
                    "proxyProtocol", options -> options.withProxyProtocol(BALANCER),
                    "tls", options -> options.withTls(TLS));

    @Test
    void theDefaultsAreNodes() {
        assertThat(DEFAULTS)
                .isEqualTo(
                        new NetServerOptions(
                                false,
                                true,
                                false,
                                Optional.empty(),
                                WriteLimit.DEFAULTS,
                                ConnectionLimits.DEFAULTS,
                                Optional.empty(),
                                Optional.empty()));
    }

    @Test
    void eachChangeIsOfItsOwnComponentAndKeepsAllOthers() {
        RecordChanges.expectEachItsOwn(DEFAULTS, CHANGES);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void aNegativeLimitIsRefusedWithItsValueAndWhatToUse(int limit) {
        assertThatThrownBy(() -> DEFAULTS.withMaxConnections(limit))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "maxConnections is "
                                + limit
                                + ": use 0 (none at all) or more, NO_LIMIT is the default");
    }

    @Test
    void anAcceptedSocketHasWhatIsSaidOfIt() {
        assertThat(DEFAULTS.socket()).isEqualTo(NetSocketOptions.DEFAULTS);
        NetServerOptions all =
                DEFAULTS.withAllowHalfOpen(true)
                        .withNoDelay(false)
                        .withKeepAlive(KeepAlive.DEFAULTS)
                        .withWriteLimit(LIMIT);
        assertThat(all.socket())
                .isEqualTo(
                        NetSocketOptions.DEFAULTS
                                .withAllowHalfOpen(true)
                                .withNoDelay(false)
                                .withKeepAlive(KeepAlive.DEFAULTS)
                                .withWriteLimit(LIMIT));
    }

    @Test
    void thoseOfOurOwnSocketsHoldForAcceptedOnes() {
        NetSocketOptions sockets =
                NetSocketOptions.DEFAULTS
                        .withAllowHalfOpen(true)
                        .withNoDelay(false)
                        .withKeepAlive(KeepAlive.DEFAULTS)
                        .withWriteLimit(LIMIT);
        NetServerOptions options =
                DEFAULTS.withMaxConnections(3).withPauseOnConnect(true).with(sockets);
        assertThat(options.socket()).isEqualTo(sockets);
        assertThat(options.limits().maxConnections()).isEqualTo(3);
        assertThat(options.pauseOnConnect()).isTrue();
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() ->
                        new NetServerOptions(
                                false,
                                true,
                                false,
                                null,
                                LIMIT,
                                ConnectionLimits.DEFAULTS,
                                Optional.empty(),
                                Optional.empty()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("keepAlive");
        assertThatThrownBy(() -> DEFAULTS.withWriteLimit(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("writeLimit");
        assertThatThrownBy(() -> DEFAULTS.withLimits(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("limits");
        assertThatThrownBy(() -> DEFAULTS.withKeepAlive(null))
                .isInstanceOf(NullPointerException.class);
    }
}
