package dev.millrace.http;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Dates as HTTP writes them (RFC 9110 section 5.6.7). One form is written, IMF-fixdate; the two
 * older ones are read as well.
 *
 * {@snippet class="dev.millrace.http.HttpExamplesTest" region="date"}
 */
public final class HttpDate {
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    /** A date with two digits of its year is never further ahead than this. */
    private static final int AHEAD_MAX_YEARS = 50;

    /** As in 23:59:60, which java.time does not know. */
    private static final int LEAP_SECOND = 60;

    private HttpDate() {}

    /** For instance {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    public static String format(Instant instant) {
        return IMF_FIXDATE.format(instant);
    }

    /**
     * Reads all three forms: {@code Sun, 06 Nov 1994 08:49:37 GMT}, and the older {@code Sunday,
     * 06-Nov-94 08:49:37 GMT} and {@code Sun Nov 6 08:49:37 1994}. Of the years that two digits can
     * mean it is the last one that is not more than 50 years ahead of now.
     *
     * <p>Empty when it is none of them, no day of the calendar, or another day of the week; a
     * condition with such a date is ignored. A leap second is read as the second before it.
     */
    public static Optional<Instant> parse(String text) {
        return parse(text, Instant.now());
    }

    /** As {@link #parse(String)}, at the time {@code now}. */
    static Optional<Instant> parse(String text, Instant now) {
        for (Pattern form : Forms.ALL) {
            Matcher found = form.matcher(text);
            if (found.matches()) {
                return read(found, form == Forms.RFC_850, now);
            }
        }
        return Optional.empty();
    }

    private static Optional<Instant> read(Matcher found, boolean isYearShort, Instant now) {
        try {
            int year = number(found, "year");
            LocalDateTime date = isYearShort ? nearest(found, year, now) : date(found, year);
            DayOfWeek named = DayOfWeek.of(Forms.DAYS.indexOf(found.group("name")) + 1);
            return date.getDayOfWeek() == named
                    ? Optional.of(date.toInstant(ZoneOffset.UTC))
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** RFC 9110 section 5.6.7: more than 50 years ahead means the century before. */
    private static LocalDateTime nearest(Matcher found, int twoDigits, Instant now) {
        LocalDateTime latest =
                LocalDateTime.ofInstant(now, ZoneOffset.UTC).plusYears(AHEAD_MAX_YEARS);
        int year = latest.getYear() / 100 * 100 + twoDigits;
        if (year > latest.getYear()) {
            year -= 100;
        }
        // Only in the last of these years does it depend on the day.
        boolean isBeyond = year == latest.getYear() && date(found, year).isAfter(latest);
        return date(found, isBeyond ? year - 100 : year);
    }

    private static LocalDateTime date(Matcher found, int year) {
        int second = number(found, "second");
        return LocalDateTime.of(
                year,
                Forms.MONTHS.indexOf(found.group("month")) + 1,
                number(found, "day"),
                number(found, "hour"),
                number(found, "minute"),
                second == LEAP_SECOND ? LEAP_SECOND - 1 : second);
    }

    private static int number(Matcher found, String group) {
        return Integer.parseInt(found.group(group).strip());
    }

    /** Apart, so that a server that only writes dates does not make them. */
    private static final class Forms {
        private static final List<String> DAYS =
                List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
        private static final List<String> MONTHS =
                List.of(
                        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                        "Dec");

        private static final String DAY = "(?<name>" + String.join("|", DAYS) + ")";
        private static final String LONG_DAY =
                "(?=(?<name>...))(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day";
        private static final String MONTH = "(?<month>" + String.join("|", MONTHS) + ")";
        private static final String TIME =
                "(?<hour>[0-9]{2}):(?<minute>[0-9]{2}):(?<second>[0-9]{2})";

        private static final Pattern IMF_FIXDATE =
                form("DAY, (?<day>[0-9]{2}) MONTH (?<year>[0-9]{4}) TIME GMT");
        private static final Pattern RFC_850 =
                form("LONG_DAY, (?<day>[0-9]{2})-MONTH-(?<year>[0-9]{2}) TIME GMT");
        private static final Pattern ASCTIME =
                form("DAY MONTH (?<day>[0-9]{2}| [0-9]) TIME (?<year>[0-9]{4})");
        private static final List<Pattern> ALL = List.of(IMF_FIXDATE, RFC_850, ASCTIME);

        private static Pattern form(String text) {
            return Pattern.compile(
                    text.replace("LONG_DAY", LONG_DAY)
                            .replace("DAY", DAY)
                            .replace("MONTH", MONTH)
                            .replace("TIME", TIME));
        }
    }
}
