package dev.millrace.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A fiftieth of what {@code conformance/tls} does. */
@Tag("faults")
@Timeout(180)
class HandshakesTest {
    private static final int COUNT = 20;

    @ParameterizedTest
    @EnumSource(Pair.class)
    void eachHandshakeComesToItsEnd(
            Pair pair, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
        assumeTrue(pair.missing().isEmpty(), () -> "needs " + pair.missing().orElseThrow());
        try (Stage stage = new Stage(folder)) {
            Tally tally = pair.play(stage, COUNT);
            assertThat(tally.told()).isEmpty();
            assertThat(tally.failures()).isZero();
            assertThat(tally.done()).isGreaterThanOrEqualTo(COUNT);
        }
    }
}
