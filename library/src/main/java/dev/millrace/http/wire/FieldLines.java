package dev.millrace.http.wire;

import org.jspecify.annotations.Nullable;

/**
 * Reads field lines up to the empty line that ends them (RFC 9112 section 5), in a head or in a
 * trailer, and may stop and go on at any byte. Each complete line is handed to {@link
 * MessageFields}.
 *
 * <pre>
 *   LINE --tchar--> NAME --":"--> SPACE --other--> VALUE --CR--> VALUE_LF --LF--> LINE
 *     |
 *     +---CR---> END_LF --LF--> DONE
 * </pre>
 *
 * Positions are kept relative to the start of the head or trailer, so that the bytes may move in
 * between.
 */
final class FieldLines {

    private enum State {
        LINE,
        NAME,
        SPACE,
        VALUE,
        VALUE_LF,
        END_LF,
        DONE
    }

    private final int maxLines;
    private final MessageFields fields;

    private State state = State.LINE;
    private int lines;
    private int nameStart;
    private int nameEnd;
    private int valueStart;
    private @Nullable ParseError error;

    FieldLines(WireLimits limits, MessageFields fields) {
        this.maxLines = limits.maxHeaderLines();
        this.fields = fields;
    }

    /** Makes ready for a head. */
    void reset() {
        state = State.LINE;
        lines = 0;
        error = null;
    }

    /**
     * Makes ready for the trailer of the same message, whose lines count with those of the head
     * (X18).
     */
    void resumeForTrailer() {
        state = State.LINE;
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /** Lines seen, those of the trailer included. */
    int count() {
        return lines;
    }

    @Nullable ParseError error() {
        return error;
    }

    /**
     * Reads {@code [from, end)} of a head or trailer that starts at {@code base}; returns the
     * position reached.
     */
    int scan(byte[] array, int from, int end, int base) {
        int at = from;
        while (at < end && error == null) {
            if (state == State.END_LF) {
                return endSection(array, at);
            }
            if (state == State.LINE && (!Ascii.isToken(array[at]) || lines == maxLines)) {
                if (array[at] != Ascii.CR) {
                    return fail(wrongStart(array[at]), at);
                }
                state = State.END_LF;
                at++;
            } else {
                at = line(array, at, end, base);
            }
        }
        return at;
    }

    /**
     * Each part runs into the next unless the input ends or is wrong. Compared and not switched on:
     * the look at a table, once a line, is what a whole head pays for.
     */
    private int line(byte[] array, int from, int end, int base) {
        State reached = state;
        int at = from;
        int name = reached == State.LINE ? at - base : nameStart;
        int colon = nameEnd;
        int value = valueStart;
        if (reached.compareTo(State.SPACE) < 0) {
            at = Ascii.tokenEnd(array, at, end);
            if (at == end) {
                return suspend(State.NAME, name, 0, 0, at);
            }
            if (array[at] != ':') {
                return fail(wrongInName(array[at]), at);
            }
            colon = at++ - base;
        }
        if (reached.compareTo(State.VALUE) < 0) {
            at = Ascii.spaceEnd(array, at, end);
            if (at == end) {
                return suspend(State.SPACE, name, colon, 0, at);
            }
            value = at - base;
        }
        if (reached.compareTo(State.VALUE_LF) < 0) {
            at = Ascii.valueEnd(array, at, end);
            if (at == end) {
                return suspend(State.VALUE, name, colon, value, at);
            }
            if (array[at] != Ascii.CR) {
                return fail(wrongInValue(array[at]), at);
            }
            at++;
            if (at == end) {
                return suspend(State.VALUE_LF, name, colon, value, at);
            }
        }
        if (array[at] != Ascii.LF) {
            return fail(ParseError.BARE_CR, at);
        }
        lines++;
        state = State.LINE;
        error = fields.accept(array, base, name, colon, value, at - 1 - base);
        return at + 1;
    }

    /** Writing the positions down only here keeps them in registers as long as lines are whole. */
    private int suspend(State inState, int name, int colon, int value, int at) {
        state = inState;
        nameStart = name;
        nameEnd = colon;
        valueStart = value;
        return at;
    }

    private int endSection(byte[] array, int at) {
        if (array[at] != Ascii.LF) {
            return fail(ParseError.BARE_CR, at);
        }
        state = State.DONE;
        return at + 1;
    }

    private ParseError wrongStart(byte b) {
        if (Ascii.isSpace(b)) {
            // RFC 9112 section 2.2 for the first line; section 5.2 allows a server to refuse
            // folding.
            return lines == 0 ? ParseError.LEADING_SPACE : ParseError.FOLDED_LINE;
        }
        if (Ascii.isToken(b)) {
            return ParseError.TOO_MANY_FIELDS;
        }
        return switch (b) {
            case Ascii.LF -> ParseError.BARE_LF;
            case ':' -> ParseError.EMPTY_NAME;
            default -> ParseError.INVALID_NAME;
        };
    }

    private static ParseError wrongInName(byte b) {
        return switch (b) {
            // RFC 9112 section 5.1: whitespace between name and colon has been used to smuggle
            // requests.
            case Ascii.SP, Ascii.TAB -> ParseError.SPACE_IN_NAME;
            case Ascii.CR, Ascii.LF -> ParseError.MISSING_COLON;
            default -> ParseError.INVALID_NAME;
        };
    }

    private static ParseError wrongInValue(byte b) {
        return b == Ascii.LF ? ParseError.BARE_LF : ParseError.INVALID_VALUE;
    }

    private int fail(ParseError reason, int at) {
        error = reason;
        return at;
    }
}
