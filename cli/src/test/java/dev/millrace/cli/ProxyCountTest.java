package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The line that a terminal shows each second. */
class ProxyCountTest {

    @Test
    void whatHasNotHappenedIsNotMentioned() {
        assertThat(new ProxyCount(1, 2, 0, 0, 0, 0, 0).text(ProxyCount.NONE))
                .isEqualTo("1 open · 2 served · there 0 B/s · back 0 B/s");
        assertThat(new ProxyCount(1, 9, 2, 3, 4, 0, 0).text(ProxyCount.NONE))
                .contains(" · 9 served · 2 unreached · 3 cut off · 4 dropped · there ");
    }

    @ParameterizedTest
    @CsvSource({
        "1023,1023 B/s",
        "1024,1.0 KiB/s",
        "1048575,1023.9 KiB/s",
        "1048576,1.0 MiB/s",
        "1181116006,1126.3 MiB/s",
    })
    void aRateIsThatOfTheLastSecondAlone(long bytes, String rate) {
        ProxyCount before = new ProxyCount(0, 0, 0, 0, 0, 5000, 7000);
        ProxyCount now = new ProxyCount(0, 0, 0, 0, 0, 5000 + bytes, 7001);
        assertThat(now.text(before)).endsWith(" · there " + rate + " · back 1 B/s");
    }

    @Test
    void theLoopsAreAddedUp() {
        ProxyCount one = new ProxyCount(1, 2, 3, 4, 5, 6, 7);
        assertThat(one.plus(new ProxyCount(10, 20, 30, 40, 50, 60, 70)))
                .isEqualTo(new ProxyCount(11, 22, 33, 44, 55, 66, 77));
    }
}
