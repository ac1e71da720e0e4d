package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

    @ParameterizedTest
    @CsvSource({
        "0,PT0S",
        "5,PT5S",
        "500ms,PT0.5S",
        "5s,PT5S",
        "2m,PT2M",
        "1h,PT1H",
        "8760h,PT8760H"
    })
    void durations(String text, Duration duration) {
        assertThat(Units.parseDuration(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "s",
                "-1",
                "+1",
                "1.5s",
                "1 s",
                "1d",
                "8761h",
                "31536000001ms",
                "9999999999999999999",
                "18446744073709551617"
            })
    void noDurations(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Units.parseDuration(text))
                .withMessageContaining("500ms");
    }

    @ParameterizedTest
    @CsvSource({"0,0", "512,512", "64k,65536", "10m,10485760", "1g,1073741824"})
    void sizes(String text, long bytes) {
        assertThat(Units.parseBytes(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "k",
                "-1",
                "1kb",
                "1K",
                "0x10",
                "999999999999999999g",
                "8589934592g",
                "18446744073709551617"
            })
    void noSizes(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Units.parseBytes(text))
                .withMessageContaining("64k");
    }
}
