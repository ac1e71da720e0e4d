package dev.millrace.cli.get;

import dev.millrace.http.HttpDate;
import dev.millrace.http.HttpHeaders;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the bytes of a part are the beginning of, kept in a file beside it.
 *
 * @param url where they came from
 * @param validator for If-Range: a strong tag, or a date; empty if there is none that is strong
 */
record PartOrigin(String url, String validator) {
    private static final String FIRST_LINE = "millrace get, to continue the file beside this one";

    /** What the head of a response says about the body behind it. */
    static PartOrigin of(String url, HttpHeaders headers) {
        Optional<String> tag = headers.first("ETag");
        if (tag.isPresent()) {
            // RFC 9110 section 13.1.5: where there is a tag, no date; and no weak one.
            return new PartOrigin(url, tag.get().startsWith("\"") ? tag.get() : "");
        }
        Optional<Instant> modified = headers.first("Last-Modified").flatMap(HttpDate::parse);
        Optional<Instant> date = headers.first("Date").flatMap(HttpDate::parse);
        boolean isStrong =
                modified.isPresent()
                        && date.isPresent()
                        && !date.get().isBefore(modified.get().plusSeconds(1));
        return new PartOrigin(url, isStrong ? headers.first("Last-Modified").orElse("") : "");
    }

    /** Whether the rest can be asked for. */
    boolean isKnown() {
        return !validator.isEmpty();
    }

    List<String> lines() {
        return List.of(FIRST_LINE, url, validator);
    }

    /** Empty if that is not what {@link #lines} wrote. */
    static Optional<PartOrigin> of(List<String> lines) {
        return lines.size() == 3 && lines.getFirst().equals(FIRST_LINE)
                ? Optional.of(new PartOrigin(lines.get(1), lines.get(2)))
                : Optional.empty();
    }
}
