package dev.millrace.http;

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
 * A CR ends the line in NAME, VALUE and AFTER_QUOTED. Space may stand around ";" and "=", as the
 * RFC has it, but not before the CR; AFTER_NAME and AFTER_VALUE remember it.
 */
final class ChunkExtensions {

    private static final int BEFORE_NAME = 0;
    private static final int NAME = 1;
    private static final int AFTER_NAME = 2;
    private static final int BEFORE_VALUE = 3;
    private static final int VALUE = 4;
    private static final int QUOTED = 5;
    private static final int ESCAPED = 6;
    private static final int AFTER_QUOTED = 7;
    private static final int AFTER_VALUE = 8;
    private static final int WRONG = 9;

    private final int maxBytes;

    private int state;
    private int bytes;

    ChunkExtensions(HttpLimits limits) {
        this.maxBytes = limits.maxChunkExtensionBytes();
    }

    /** Makes ready for another message; the limit counts all extensions of one message together. */
    void reset() {
        bytes = 0;
    }

    /** Begins with the semicolon behind a chunk size; answers whether the limit allows it. */
    boolean begin() {
        state = BEFORE_NAME;
        return ++bytes <= maxBytes;
    }

    /**
     * Reads up to the CR that ends a well-formed extension, a wrong byte, one too many, or {@code
     * end}.
     */
    int scan(byte[] array, int from, int end) {
        int at = from;
        while (at < end) {
            int next = next(array[at]);
            if (next == WRONG || bytes == maxBytes) {
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
        return state == NAME || state == VALUE || state == AFTER_QUOTED;
    }

    /** Whether {@code b}, at which {@link #scan} stopped, is fine but one too many. */
    boolean isOverflow(byte b) {
        return next(b) != WRONG;
    }

    private int next(byte b) {
        return switch (state) {
            case BEFORE_NAME -> Ascii.isSpace(b) ? BEFORE_NAME : Ascii.isToken(b) ? NAME : WRONG;
            case NAME -> Ascii.isToken(b) ? NAME : afterName(b);
            case AFTER_NAME -> afterName(b);
            case BEFORE_VALUE -> beforeValue(b);
            case VALUE -> Ascii.isToken(b) ? VALUE : afterValue(b);
            case QUOTED -> quoted(b);
            case ESCAPED -> Ascii.isValue(b) ? QUOTED : WRONG;
            default -> afterValue(b);
        };
    }

    private static int afterName(byte b) {
        return b == '=' ? BEFORE_VALUE : Ascii.isSpace(b) ? AFTER_NAME : semicolon(b);
    }

    private static int beforeValue(byte b) {
        if (b == '"') {
            return QUOTED;
        }
        return Ascii.isSpace(b) ? BEFORE_VALUE : Ascii.isToken(b) ? VALUE : WRONG;
    }

    private static int quoted(byte b) {
        if (b == '"') {
            return AFTER_QUOTED;
        }
        return b == '\\' ? ESCAPED : Ascii.isQuoted(b) ? QUOTED : WRONG;
    }

    private static int afterValue(byte b) {
        return Ascii.isSpace(b) ? AFTER_VALUE : semicolon(b);
    }

    private static int semicolon(byte b) {
        return b == ';' ? BEFORE_NAME : WRONG;
    }
}
