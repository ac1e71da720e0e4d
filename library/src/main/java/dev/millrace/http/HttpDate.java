package dev.millrace.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;

/**
 * Dates in HTTP's one form that is still written, IMF-fixdate (RFC 9110 section 5.6.7).
 *
 * {@snippet class="dev.millrace.http.HttpExamplesTest" region="date"}
 */
public final class HttpDate {
    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private HttpDate() {}

    /** For instance {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
    public static String format(Instant instant) {
        return IMF_FIXDATE.format(instant);
    }

    /** Empty when it is no IMF-fixdate; a condition with such a date is ignored. */
    public static Optional<Instant> parse(String text) {
        try {
            return Optional.of(Instant.from(IMF_FIXDATE.parse(text)));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
