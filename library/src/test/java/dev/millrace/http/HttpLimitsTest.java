package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.http.wire.WireLimits;
import org.junit.jupiter.api.Test;

/** The limits a user sets: checked when they are made, and handed to the wire as they are. */
class HttpLimitsTest {
    private static final HttpLimits DEFAULTS = HttpLimits.DEFAULTS;

    @Test
    void limitsAreCheckedWhenTheyAreMade() {
        assertThat(DEFAULTS).isEqualTo(new HttpLimits(8192, 16384, 1000, 16384, Long.MAX_VALUE, 8));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withMaxTargetBytes(0))
                .withMessage("maxTargetBytes must be at least 1, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withMaxHeaderBytes(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withMaxHeaderBytes((1 << 30) + 1))
                .withMessageContaining("at most");
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withMaxHeaderLines(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withMaxChunkExtensionBytes(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> DEFAULTS.withMaxBodyBytes(-1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DEFAULTS.withMaxConcurrentRequests(0))
                .withMessage("maxConcurrentRequests must be at least 1, was 0");
        assertThat(DEFAULTS.withMaxConcurrentRequests(1).maxConcurrentRequests()).isOne();
        assertThat(DEFAULTS.withMaxHeaderBytes(1 << 30).maxHeaderBytes()).isEqualTo(1 << 30);
    }

    @Test
    void theWireGetsEachLimitInItsPlace() {
        assertThat(new HttpLimits(1, 2, 3, 4, 5, 6).wire())
                .isEqualTo(new WireLimits(1, 2, 3, 4, 5));
    }
}
