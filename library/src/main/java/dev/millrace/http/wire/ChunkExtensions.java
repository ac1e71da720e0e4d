package dev.millrace.http.wire;

/**
 * Checks the extensions of chunk lines (RFC 9112 section 7.1.1) byte by byte and forgets them:
 * nothing here knows one, so they are only a way to hide bytes from one server and show them to
 * another (X14-X16).
 *
 * <pre>
 *   BEFORE_NAME --tchar--> NAME --"="--> BEFORE_VALUE --tchar---> VALUE
 *        ^                  |                  |                    |
 *        |                  |                  +--DQUOTE--> QUOTED -+--DQUOTE--> AFTER_QUOTED
 *        |                  |                               |    ^                    |
 *        |                  |                              "\"--> ESCAPED             |
 *        +-------";"--------+--------------------";"----------------------------------+
 * </pre>
 *
 * A CR ends the line in NAME, VALUE and AFTER_QUOTED. Space may stand behind ";" and around "=", as
 * the RFC has it, but not before ";" or CR; AFTER_NAME remembers it.
 */
final class ChunkExtensions {

    private enum State {
        BEFORE_NAME,
        NAME,
        AFTER_NAME,
        BEFORE_VALUE,
        VALUE,
        QUOTED,
        ESCAPED,
        AFTER_QUOTED,
        WRONG
    }

    private final int maxBytes;

    private State state = State.BEFORE_NAME;
    private int bytes;

    ChunkExtensions(WireLimits limits) {
        this.maxBytes = limits.maxChunkExtensionBytes();
    }

    /** Makes ready for another message; the limit counts all extensions of one message together. */
    void reset() {
        bytes = 0;
    }

    /** Begins with the semicolon behind a chunk size; returns whether the limit allows it. */
    boolean begin() {
        state = State.BEFORE_NAME;
        return ++bytes <= maxBytes;
    }

    /**
     * Reads up to the CR that ends a well-formed extension, a wrong byte, one too many, or {@code
     * end}.
     */
    int scan(byte[] array, int from, int end) {
        int at = from;
        while (at < end) {
            State next = next(array[at]);
            if (next == State.WRONG || bytes == maxBytes) {
                return at;
            }
            state = next;
            bytes++;
            at++;
        }
        return at;
    }

    /** Whether an extension may end here. */
    boolean isComplete() {
        return state == State.NAME || state == State.VALUE || state == State.AFTER_QUOTED;
    }

    /** Whether {@code b}, at which {@link #scan} stopped, is fine but one too many. */
    boolean isOverflow(byte b) {
        return next(b) != State.WRONG;
    }

    private State next(byte b) {
        return switch (state) {
            case BEFORE_NAME ->
                    Ascii.isSpace(b)
                            ? State.BEFORE_NAME
                            : Ascii.isToken(b) ? State.NAME : State.WRONG;
            case NAME ->
                    Ascii.isToken(b) ? State.NAME : b == ';' ? State.BEFORE_NAME : afterName(b);
            case AFTER_NAME -> afterName(b);
            case BEFORE_VALUE -> beforeValue(b);
            case VALUE -> Ascii.isToken(b) ? State.VALUE : semicolon(b);
            case QUOTED -> quoted(b);
            case ESCAPED -> Ascii.isValue(b) ? State.QUOTED : State.WRONG;
            default -> semicolon(b);
        };
    }

    private static State afterName(byte b) {
        return b == '=' ? State.BEFORE_VALUE : Ascii.isSpace(b) ? State.AFTER_NAME : State.WRONG;
    }

    private static State beforeValue(byte b) {
        if (b == '"') {
            return State.QUOTED;
        }
        return Ascii.isSpace(b) ? State.BEFORE_VALUE : Ascii.isToken(b) ? State.VALUE : State.WRONG;
    }

    private static State quoted(byte b) {
        if (b == '"') {
            return State.AFTER_QUOTED;
        }
        return b == '\\' ? State.ESCAPED : Ascii.isQuoted(b) ? State.QUOTED : State.WRONG;
    }

    private static State semicolon(byte b) {
        return b == ';' ? State.BEFORE_NAME : State.WRONG;
    }
}
