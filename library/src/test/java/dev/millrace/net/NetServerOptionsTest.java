package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.KeepAlive;
import dev.millrace.stream.WriteLimit;
import dev.millrace.testing.RecordChanges;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetServerOptionsTest {
    private static final NetServerOptions DEFAULTS = NetServerOptions.DEFAULTS;
    private static final WriteLimit LIMIT = new WriteLimit(1, WriteLimit.Policy.REFUSE);

    /** One change by each component's name. */
    private static final Map<String, UnaryOperator<NetServerOptions>> CHANGES =
            Map.of(
                    "allowHalfOpen", options -> options.withAllowHalfOpen(true),
                    "noDelay", options -> options.withNoDelay(false),
                    "keepAlive", options -> options.withKeepAlive(KeepAlive.DEFAULTS),
                    "writeLimit", options -> options.withWriteLimit(LIMIT),
                    "maxConnections", options -> options.withMaxConnections(7));

    @Test
    void theDefaultsAreNodes() {
        assertThat(DEFAULTS)
                .isEqualTo(
                        new NetServerOptions(
                                false,
                                true,
                                Optional.empty(),
                                WriteLimit.DEFAULTS,
                                Integer.MAX_VALUE));
        assertThat(DEFAULTS.maxConnections()).isEqualTo(NetServerOptions.NO_LIMIT);
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
        NetServerOptions options = DEFAULTS.withMaxConnections(3).with(sockets);
        assertThat(options.socket()).isEqualTo(sockets);
        assertThat(options.maxConnections()).isEqualTo(3);
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> new NetServerOptions(false, true, null, LIMIT, 0))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("keepAlive");
        assertThatThrownBy(() -> DEFAULTS.withWriteLimit(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("writeLimit");
        assertThatThrownBy(() -> DEFAULTS.withKeepAlive(null))
                .isInstanceOf(NullPointerException.class);
    }
}
