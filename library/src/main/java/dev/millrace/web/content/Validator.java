package dev.millrace.web.content;

import dev.millrace.http.HttpDate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A file's validators and the conditions a request may set on them (RFC 9110 sections 8.8 and 13).
 *
 * @param tag a strong entity tag, of length and time to the nanosecond
 * @param modified to the second, and never later than now
 * @param isDateStrong whether the file was left alone for a second, so that its date tells it from
 *     every other state of it (section 8.8.2.2)
 */
public record Validator(String tag, Instant modified, boolean isDateStrong) {

    /** {@code variant}: tells the codings of a file apart; empty for the file itself. */
    static Validator of(long length, Instant modified, String variant, Instant now) {
        Instant exact = modified;
        long nanos = exact.getEpochSecond() * 1_000_000_000L + exact.getNano();
        String tag = '"' + Long.toHexString(length) + '-' + Long.toHexString(nanos) + variant + '"';
        Instant second = (exact.isAfter(now) ? now : exact).truncatedTo(ChronoUnit.SECONDS);
        return new Validator(tag, second, second.plusSeconds(1).isBefore(now));
    }

    /**
     * 200 to go on, 304 or 412; in the order of section 13.2.2.
     *
     * @param headers the values of the fields with a name
     */
    int statusFor(Function<String, List<String>> headers) {
        List<String> ifMatch = headers.apply("If-Match");
        if (!ifMatch.isEmpty()) {
            if (!isListed(ifMatch, true)) {
                return 412;
            }
        } else {
            Optional<Instant> unmodified = date(headers, "If-Unmodified-Since");
            if (unmodified.isPresent() && modified.isAfter(unmodified.get())) {
                return 412;
            }
        }
        List<String> ifNoneMatch = headers.apply("If-None-Match");
        if (!ifNoneMatch.isEmpty()) {
            return isListed(ifNoneMatch, false) ? 304 : 200;
        }
        Optional<Instant> since = date(headers, "If-Modified-Since");
        return since.isPresent() && !modified.isAfter(since.get()) ? 304 : 200;
    }

    /** Section 13.1.5: a tag is compared strongly, a date must be the very same and strong. */
    boolean allowsRange(Function<String, List<String>> headers) {
        List<String> fields = headers.apply("If-Range");
        if (fields.size() != 1) {
            return fields.isEmpty();
        }
        String text = fields.getFirst();
        if (text.startsWith("\"") || text.startsWith("W/")) {
            return text.equals(tag);
        }
        return isDateStrong && HttpDate.parse(text).filter(modified::equals).isPresent();
    }

    /** A date that is none, or that is given twice, is no condition. */
    private static Optional<Instant> date(Function<String, List<String>> headers, String name) {
        List<String> fields = headers.apply(name);
        return fields.size() == 1 ? HttpDate.parse(fields.getFirst()) : Optional.empty();
    }

    /** Whether the tag is in a list; ours is strong, so only the other's W/ makes a difference. */
    private boolean isListed(List<String> fields, boolean isStrongly) {
        for (String field : fields) {
            if (field.equals("*")) {
                return true;
            }
            // Another server's tag may hold a comma; ours does not, so a piece can't pass for it.
            for (String entry : field.split(",")) {
                String one = entry.strip();
                boolean isWeak = one.startsWith("W/");
                if (!(isWeak && isStrongly) && (isWeak ? one.substring(2) : one).equals(tag)) {
                    return true;
                }
            }
        }
        return false;
    }
}
