package dev.millrace.web.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Bytes of a page, appended one after the other. */
class PageTextTest {

    private static String text(PageText page) {
        byte[] bytes = page.toBytes();
        assertThat(bytes).hasSize(page.length());
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void whatIsAppendedStandsBehindWhatWas() {
        PageText page = new PageText(1).append("a\u00fc\uD83D\uDE00b").append('c').append("");
        page.append(new byte[] {'x', 'd', 'e', 'x'}, 1, 3);
        assertThat(text(page)).isEqualTo("a\u00fc\uD83D\uDE00bcde");
    }

    @Test
    void numbersAreWhatTheyAre() {
        for (long number : new long[] {0, 7, 10, 99, 100, 1_203_405, Long.MAX_VALUE}) {
            assertThat(text(new PageText(0).append(number))).isEqualTo("" + number);
        }
        assertThat(text(new PageText(0).twoDigits(0).twoDigits(9).twoDigits(59)))
                .isEqualTo("000959");
    }

    @Test
    void itGrowsAsItMust() {
        PageText page = new PageText(3);
        for (int count = 0; count < 1_000; count++) {
            page.append("0123456789");
        }
        assertThat(text(page)).isEqualTo("0123456789".repeat(1_000));
    }
}
