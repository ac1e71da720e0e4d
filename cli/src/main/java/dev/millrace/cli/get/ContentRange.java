package dev.millrace.cli.get;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Content-Range says (RFC 9110 section 14.4).
 *
 * @param first the place of the first byte; -1 where the range can't be satisfied
 * @param last that of the last one; -1 likewise
 * @param total how many the whole has; -1 if that is not known
 */
record ContentRange(long first, long last, long total) {
    private static final Pattern FORM =
            Pattern.compile("bytes (?:(\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)|\\*/(\\d{1,18}))");

    /** Empty if there is none, or none that is valid. */
    static Optional<ContentRange> of(List<String> fields) {
        Matcher matcher = FORM.matcher(fields.size() == 1 ? fields.getFirst() : "");
        if (!matcher.matches()) {
            return Optional.empty();
        }
        if (matcher.group(4) != null) {
            return Optional.of(new ContentRange(-1, -1, Long.parseLong(matcher.group(4))));
        }
        long first = Long.parseLong(matcher.group(1));
        long last = Long.parseLong(matcher.group(2));
        long total = matcher.group(3).equals("*") ? -1 : Long.parseLong(matcher.group(3));
        boolean isValid = first <= last && (total < 0 || last < total);
        return isValid ? Optional.of(new ContentRange(first, last, total)) : Optional.empty();
    }

    /** Whether it is the whole rest of something of which {@code length} bytes are there. */
    boolean completes(long length) {
        return first == length && last == total - 1;
    }
}
