package dev.millrace.web.content;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The Range field (RFC 9110 section 14.2): which parts of a file are asked for.
 *
 * <p>What it costs is bounded, whatever is asked: at most {@link #PARTS_MAX} parts, none of them
 * twice. Parts that overlap, or that lie nearer to each other than the words between them would be
 * long, are sent as one; a request for more parts, or for what is invalid, is one for the whole
 * file.
 */
public final class RangeField {
    /** A viewer of documents asks for some; a request for hundreds wants to cost something. */
    static final int PARTS_MAX = 16;

    /** About what stands between two parts (section 15.3.7.2). */
    private static final int GAP_BYTES = 80;

    private static final String UNIT = "bytes=";

    private final long fileLength;
    private final List<ByteRange> parts = new ArrayList<>();

    private RangeField(long fileLength) {
        this.fileLength = fileLength;
    }

    /**
     * The parts asked for, in their order. Empty means the whole file: nothing was asked, or not
     * validly, or for too many. An empty list means that nothing of it can be had.
     */
    public static Optional<List<ByteRange>> asked(List<String> fields, long fileLength) {
        if (fields.size() != 1) {
            return Optional.empty();
        }
        String field = fields.getFirst().toLowerCase(Locale.ROOT);
        if (!field.startsWith(UNIT)) {
            return Optional.empty();
        }
        RangeField asked = new RangeField(fileLength);
        boolean isAny = false;
        for (String element : field.substring(UNIT.length()).split(",")) {
            // A list may have empty elements (section 5.6.1.2).
            String range = element.strip();
            isAny |= !range.isEmpty();
            if (!range.isEmpty() && !asked.add(range)) {
                return Optional.empty();
            }
        }
        boolean isTooMany = asked.parts.size() > PARTS_MAX;
        return isAny && !isTooMany ? Optional.of(asked.parts) : Optional.empty();
    }

    /** False if the range is invalid, or the whole file. */
    private boolean add(String range) {
        int dash = range.indexOf('-');
        if (dash < 0) {
            return false;
        }
        String from = range.substring(0, dash);
        String to = range.substring(dash + 1);
        if (!isDigits(from) || !isDigits(to) || (from.isEmpty() && to.isEmpty())) {
            return false;
        }
        return from.isEmpty() ? addSuffix(number(to)) : addSpan(number(from), to);
    }

    /**
     * Of an empty file the last bytes are all there is: section 14.1.2 calls a suffix satisfiable
     * unless it is 0. No Content-Range can say so, therefore it is the whole file.
     */
    private boolean addSuffix(long count) {
        if (count == 0) {
            return true;
        }
        if (fileLength == 0) {
            return false;
        }
        long length = Math.min(count, fileLength);
        merge(new ByteRange(fileLength - length, length));
        return true;
    }

    private boolean addSpan(long first, String to) {
        long last = to.isEmpty() ? Long.MAX_VALUE : number(to);
        if (last < first) {
            return false;
        }
        if (first < fileLength) {
            merge(new ByteRange(first, Math.min(last, fileLength - 1) - first + 1));
        }
        return true;
    }

    /** What grows together may meet another; past the limit nothing is looked at any more. */
    private void merge(ByteRange added) {
        if (parts.size() > PARTS_MAX) {
            return;
        }
        ByteRange grown = added;
        int place = parts.size();
        for (int at = 0; at < parts.size(); at++) {
            if (parts.get(at).isNear(grown, GAP_BYTES)) {
                grown = grown.with(parts.remove(at));
                place = Math.min(place, at);
                at = -1;
            }
        }
        parts.add(Math.min(place, parts.size()), grown);
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
