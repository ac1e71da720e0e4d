package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetServerOptionsTest {
    private static final NetSocketOptions HALF_OPEN =
            NetSocketOptions.DEFAULTS.withAllowHalfOpen(true);

    @Test
    void byDefaultThereIsNoLimitAndNothingSpecialAboutTheSockets() {
        assertThat(NetServerOptions.DEFAULTS.socket()).isEqualTo(NetSocketOptions.DEFAULTS);
        assertThat(NetServerOptions.DEFAULTS.maxConnections())
                .isEqualTo(NetServerOptions.NO_LIMIT)
                .isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void eachChangeKeepsTheOtherOption() {
        NetServerOptions both =
                NetServerOptions.DEFAULTS.withSocket(HALF_OPEN).withMaxConnections(7);
        assertThat(both).isEqualTo(new NetServerOptions(HALF_OPEN, 7));
        assertThat(both.withMaxConnections(0)).isEqualTo(new NetServerOptions(HALF_OPEN, 0));
        assertThat(both.withSocket(NetSocketOptions.DEFAULTS))
                .isEqualTo(new NetServerOptions(NetSocketOptions.DEFAULTS, 7));
        assertThat(NetServerOptions.DEFAULTS.maxConnections()).isEqualTo(NetServerOptions.NO_LIMIT);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE})
    void aNegativeLimitIsRefusedWithItsValueAndWhatToUse(int limit) {
        assertThatThrownBy(() -> new NetServerOptions(HALF_OPEN, limit))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "maxConnections is "
                                + limit
                                + ": use 0 (none at all) or more, NO_LIMIT is the default");
    }

    @Test
    void noSocketOptionsAreNamed() {
        assertThatThrownBy(() -> NetServerOptions.DEFAULTS.withSocket(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("socket");
    }
}
