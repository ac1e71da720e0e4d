package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.RecordChanges;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NameOptionsTest {
    private static final NameOptions DEFAULTS = NameOptions.DEFAULTS;

    @Test
    void theDefaultsAreThoseOfRfc8305() {
        assertThat(DEFAULTS)
                .isEqualTo(
                        new NameOptions(
                                NameResolver.SYSTEM, AddressFamily.ANY, Duration.ofMillis(250)));
    }

    @Test
    void eachChangeIsOfItsOwnComponentAndKeepsAllOthers() {
        NameResolver other = (loop, host, family) -> NameResolver.SYSTEM.resolve(loop, "x", family);
        RecordChanges.expectEachItsOwn(
                DEFAULTS,
                Map.of(
                        "resolver", options -> options.withResolver(other),
                        "family", options -> options.withFamily(AddressFamily.IPV4),
                        "attemptDelay",
                                options -> options.withAttemptDelay(Duration.ofSeconds(1))));
    }

    @Test
    void aDelayBelowTheLimitIsRefused() {
        assertThat(DEFAULTS.withAttemptDelay(Duration.ofMillis(10)).attemptDelay())
                .isEqualTo(Duration.ofMillis(10));
        assertThatThrownBy(() -> DEFAULTS.withAttemptDelay(Duration.ofMillis(9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("attemptDelay is PT0.009S: use PT0.01S or more");
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> DEFAULTS.withResolver(null)).hasMessage("resolver");
        assertThatThrownBy(() -> DEFAULTS.withFamily(null)).hasMessage("family");
        assertThatThrownBy(() -> DEFAULTS.withAttemptDelay(null))
                .isInstanceOf(NullPointerException.class);
    }
}
