package dev.millrace.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A part of a file (RFC 9110 section 14.1.2).
 *
 * @param first its first byte; -1 for a range that can't be satisfied
 * @param length how many
 */
record ByteRange(long first, long length) {
    private static final ByteRange UNSATISFIABLE = new ByteRange(-1, 0);
    private static final String UNIT = "bytes=";

    boolean isUnsatisfiable() {
        return first < 0;
    }

    /** For instance {@code bytes 0-499/1234}. */
    String contentRange(long fileLength) {
        return "bytes " + first + "-" + (first + length - 1) + "/" + fileLength;
    }

    /**
     * The range asked for. Empty means the whole file: nothing was asked, or not validly, or for
     * several ranges, and section 14.2 allows to ignore that.
     */
    static Optional<ByteRange> asked(List<String> fields, long fileLength) {
        if (fields.size() != 1) {
            return Optional.empty();
        }
        String field = fields.getFirst().toLowerCase(Locale.ROOT);
        String range = field.startsWith(UNIT) ? only(field.substring(UNIT.length())) : "";
        int dash = range.indexOf('-');
        if (dash < 0) {
            return Optional.empty();
        }
        String from = range.substring(0, dash);
        String to = range.substring(dash + 1);
        if (!isDigits(from) || !isDigits(to) || (from.isEmpty() && to.isEmpty())) {
            return Optional.empty();
        }
        return from.isEmpty() ? suffix(number(to), fileLength) : span(from, to, fileLength);
    }

    /** The one element of a list, which may have empty ones beside it (section 5.6.1.2). */
    private static String only(String list) {
        List<String> elements =
                Stream.of(list.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
        return elements.size() == 1 ? elements.getFirst() : "";
    }

    /**
     * Of an empty file the last bytes are all there is: section 14.1.2 calls a suffix satisfiable
     * unless it is 0. No Content-Range can say so, therefore it is the whole file.
     */
    private static Optional<ByteRange> suffix(long count, long fileLength) {
        if (count == 0) {
            return Optional.of(UNSATISFIABLE);
        }
        if (fileLength == 0) {
            return Optional.empty();
        }
        long length = Math.min(count, fileLength);
        return Optional.of(new ByteRange(fileLength - length, length));
    }

    private static Optional<ByteRange> span(String from, String to, long fileLength) {
        long first = number(from);
        long last = to.isEmpty() ? Long.MAX_VALUE : number(to);
        if (last < first) {
            return Optional.empty();
        }
        if (first >= fileLength) {
            return Optional.of(UNSATISFIABLE);
        }
        return Optional.of(new ByteRange(first, Math.min(last, fileLength - 1) - first + 1));
    }

    private static boolean isDigits(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** A number beyond a long is beyond every file. */
    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
