package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 5.6.7. */
class HttpDateTest {
    private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
                "Sun Nov 06 08:49:37 1994",
            })
    void allThreeFormsAreRead(String text) {
        assertThat(HttpDate.parse(text)).contains(Instant.parse("1994-11-06T08:49:37Z"));
    }

    @Test
    void whatIsWrittenIsRead() {
        Instant day = Instant.parse("2024-01-01T23:59:59Z");
        for (int days = 0; days < 366; days++) {
            Instant date = day.plus(Duration.ofDays(days));
            assertThat(HttpDate.parse(HttpDate.format(date))).contains(date);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Monday,2024-09-02",
        "Tuesday,2024-09-03",
        "Wednesday,2024-09-04",
        "Thursday,2024-09-05",
        "Friday,2024-09-06",
        "Saturday,2024-09-07",
        "Sunday,2024-09-08",
    })
    void everyLongDayIsRead(String name, String date) {
        String text = name + ", 0" + date.charAt(9) + "-Sep-24 00:00:00 GMT";
        assertThat(HttpDate.parse(text, NOW)).contains(Instant.parse(date + "T00:00:00Z"));
    }

    /** Never more than 50 years ahead; to the second, and with the day of the week of its year. */
    @ParameterizedTest
    @CsvSource({
        "'Friday, 27-Nov-26 12:00:00 GMT',2026-11-27T12:00:00Z",
        "'Wednesday, 01-Jan-31 00:00:00 GMT',2031-01-01T00:00:00Z",
        "'Friday, 27-Nov-76 12:00:00 GMT',2076-11-27T12:00:00Z",
        "'Saturday, 27-Nov-76 12:00:01 GMT',1976-11-27T12:00:01Z",
        "'Wednesday, 01-Jan-76 00:00:00 GMT',2076-01-01T00:00:00Z",
        "'Saturday, 01-Jan-77 00:00:00 GMT',1977-01-01T00:00:00Z",
        "'Friday, 31-Dec-99 23:59:59 GMT',1999-12-31T23:59:59Z",
        "'Saturday, 01-Jan-00 00:00:00 GMT',2000-01-01T00:00:00Z",
    })
    void aYearOfTwoDigitsIsAtMostFiftyYearsAhead(String text, Instant date) {
        assertThat(HttpDate.parse(text, NOW)).contains(date);
    }

    @Test
    void aYearOfTwoDigitsMayBeInTheNextCentury() {
        Instant late = Instant.parse("2099-06-01T00:00:00Z");
        assertThat(HttpDate.parse("Thursday, 01-Jan-05 00:00:00 GMT", late))
                .contains(Instant.parse("2105-01-01T00:00:00Z"));
        assertThat(HttpDate.parse("Friday, 01-Jan-99 00:00:00 GMT", late)).isEmpty();
        assertThat(HttpDate.parse("Thursday, 01-Jan-99 00:00:00 GMT", late))
                .contains(Instant.parse("2099-01-01T00:00:00Z"));
    }

    @Test
    void aLeapSecondIsTheSecondBeforeIt() {
        assertThat(HttpDate.parse("Sat, 31 Dec 2016 23:59:60 GMT"))
                .contains(Instant.parse("2016-12-31T23:59:59Z"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "whenever",
                "Mon, 06 Nov 1994 08:49:37 GMT",
                "Monday, 06-Nov-94 08:49:37 GMT",
                "Mon Nov  6 08:49:37 1994",
                "Sun, 6 Nov 1994 08:49:37 GMT",
                "Sun, 06 Nov 94 08:49:37 GMT",
                "Sun, 06 Nov 1994 08:49:37",
                "Sun, 06 Nov 1994 08:49:37 UTC",
                "Sun, 06 Nov 1994 08:49:37 +0000",
                "sun, 06 nov 1994 08:49:37 gmt",
                "Sun, 06 Nov +1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 24:00:00 GMT",
                "Sun, 06 Nov 1994 08:60:37 GMT",
                "Sun, 06 Nov 1994 08:49:61 GMT",
                "Wed, 31 Nov 1994 08:49:37 GMT",
                "Wed, 30 Nov 1994 8:49:37 GMT",
                "Thu, 30 Feb 1995 08:49:37 GMT",
                "Tue, 28 Feb 1995 08:49:37 GMT ",
                " Tue, 28 Feb 1995 08:49:37 GMT",
                "Sun, 06-Nov-94 08:49:37 GMT",
                "Sunday, 06-Nov-1994 08:49:37 GMT",
                "Sunsday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov 6 08:49:37 1994",
                "Sun Nov  6 08:49:37 94",
                "Sun Nov  6 08:49:37 1994 GMT",
            })
    void whatIsNoDateOfHttpIsEmpty(String text) {
        assertThat(HttpDate.parse(text, NOW)).isEmpty();
    }
}
