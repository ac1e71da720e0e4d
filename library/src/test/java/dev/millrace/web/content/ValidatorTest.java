package dev.millrace.web.content;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpDate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 9110 sections 8.8 and 13. */
class ValidatorTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00.700Z");

    private static Validator changed(Duration ago) {
        return Validator.of(10, NOW.minus(ago), "", NOW);
    }

    private static boolean allowsRange(Validator validator, String... conditions) {
        return validator.allowsRange(Map.of("If-Range", List.of(conditions))::get);
    }

    /** Section 8.8.2.2: a file may have changed twice within a second that is not over. */
    @ParameterizedTest
    @CsvSource({"0,false", "700,false", "701,true", "3600000,true", "-5000,false"})
    void aDateIsStrongOnceItsSecondIsLongOver(long millisAgo, boolean isStrong) {
        Validator validator = changed(Duration.ofMillis(millisAgo));
        assertThat(validator.isDateStrong()).isEqualTo(isStrong);
        assertThat(validator.modified()).isBeforeOrEqualTo(NOW);
        assertThat(allowsRange(validator, HttpDate.format(validator.modified())))
                .isEqualTo(isStrong);
    }

    @Test
    void aRangeNeedsTheVerySameValidator() {
        Validator validator = changed(Duration.ofHours(1));
        String date = HttpDate.format(validator.modified());
        assertThat(allowsRange(validator)).isTrue();
        assertThat(allowsRange(validator, validator.tag())).isTrue();
        assertThat(allowsRange(validator, "W/" + validator.tag())).isFalse();
        assertThat(allowsRange(validator, "\"other\"")).isFalse();
        assertThat(allowsRange(validator, "*")).isFalse();
        assertThat(allowsRange(validator, HttpDate.format(validator.modified().plusSeconds(1))))
                .isFalse();
        assertThat(allowsRange(validator, HttpDate.format(validator.modified().minusSeconds(1))))
                .isFalse();
        assertThat(allowsRange(validator, date, date)).isFalse();
    }

    /** RFC 9110 section 5.6.1.2: empty elements of a list are nothing. */
    @ParameterizedTest
    @CsvSource({"'%s',304", "', %s',304", "'\"x\",, %s ,',304", "',',200", "'\"x\",',200"})
    void aListMayHaveEmptyElements(String list, int status) {
        Validator validator = changed(Duration.ofHours(1));
        String field = list.replace("%s", validator.tag());
        Map<String, List<String>> fields = Map.of("If-None-Match", List.of(field));
        assertThat(validator.statusFor(name -> fields.getOrDefault(name, List.of())))
                .isEqualTo(status);
    }
}
