package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.RecordChanges;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
    private static final ConnectionLimits DEFAULTS = ConnectionLimits.DEFAULTS;

    private static final BlockList BLOCKED = BlockList.of("::1");

    private static final Map<String, UnaryOperator<ConnectionLimits>> CHANGES =
            Map.of(
                    "maxConnections", limits -> limits.withMaxConnections(7),
                    "maxPerAddress", limits -> limits.withMaxPerAddress(8),
                    "maxPerSecond", limits -> limits.withMaxPerSecond(9),
                    "blocked", limits -> limits.withBlocked(BLOCKED));

    @Test
    void eachChangeIsOfItsOwnComponentAndKeepsAllOthers() {
        RecordChanges.expectEachItsOwn(DEFAULTS, CHANGES);
    }

    @Test
    void theDefaultsLimitNothing() {
        assertThat(DEFAULTS.maxConnections()).isEqualTo(Integer.MAX_VALUE);
        assertThat(DEFAULTS.maxPerAddress()).isEqualTo(ConnectionLimits.NO_LIMIT);
        assertThat(DEFAULTS.maxPerSecond()).isEqualTo(ConnectionLimits.NO_LIMIT);
        assertThat(DEFAULTS.blocked().rules()).isEmpty();
    }

    @Test
    void whatCanNotBeIsNamedWithTheRemedy() {
        expectRefused(() -> DEFAULTS.withMaxConnections(-1), "maxConnections is -1: use 0 (none");
        expectRefused(() -> DEFAULTS.withMaxPerAddress(-2), "maxPerAddress is -2: use 0 (none");
        expectRefused(() -> DEFAULTS.withMaxPerSecond(0), "maxPerSecond is 0: use 1 or more");
        assertThat(DEFAULTS.withMaxConnections(0).withMaxPerAddress(0).withMaxPerSecond(1))
                .isNotEqualTo(DEFAULTS);
        assertThatThrownBy(() -> DEFAULTS.withBlocked(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("blocked");
    }

    private static void expectRefused(Runnable change, String message) {
        assertThatThrownBy(change::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message)
                .hasMessageEndingWith("or more, NO_LIMIT is the default");
    }
}
