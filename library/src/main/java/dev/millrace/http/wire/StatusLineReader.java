package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * Reads one status line (RFC 9112 section 4) and may stop and go on at any byte.
 *
 * <pre>
 *   START --"HTTP/1.1 200 "--> REASON --CR--> LF --LF--> DONE
 * </pre>
 *
 * The space behind the status has to be there, also when no reason phrase follows it.
 */
final class StatusLineReader extends StartLineReader {

    private enum State {
        START,
        REASON,
        LF,
        DONE
    }

    private static final byte[] PATTERN = "HTTP/1.d ddd ".getBytes(US_ASCII);
    private static final int MINOR_AT = 7;
    private static final int STATUS_AT = 9;
    private static final int REASON_AT = PATTERN.length;

    private State state = State.START;
    private int status;
    private int reasonEnd;

    @Override
    void reset() {
        state = State.START;
        status = 0;
        clearError();
    }

    @Override
    boolean isDone() {
        return state == State.DONE;
    }

    @Override
    ParseError overflow() {
        return ParseError.HEADER_TOO_LARGE;
    }

    int status() {
        return status;
    }

    int reasonStart() {
        return REASON_AT;
    }

    int reasonEnd() {
        return reasonEnd;
    }

    @Override
    int end() {
        return reasonEnd + 2;
    }

    /** Each state runs into the next unless the input ends or is wrong. */
    @Override
    @SuppressWarnings("fallthrough")
    int scan(byte[] array, int from, int end, int base) {
        int at = from;
        switch (state) {
            case START:
                while (at < end && at - base < REASON_AT) {
                    if (!isRight(array[at], at - base)) {
                        return fail(wrong(at - base), at);
                    }
                    at++;
                }
                if (at - base < REASON_AT) {
                    return at;
                }
                state = State.REASON;
            case REASON:
                at = Ascii.valueEnd(array, at, end);
                if (at == end) {
                    return at;
                }
                if (array[at] != Ascii.CR) {
                    boolean isLf = array[at] == Ascii.LF;
                    return fail(isLf ? ParseError.BARE_LF : ParseError.INVALID_REASON, at);
                }
                reasonEnd = at++ - base;
                state = State.LF;
            default:
                if (at == end) {
                    return at;
                }
                if (array[at] != Ascii.LF) {
                    return fail(ParseError.BARE_CR, at);
                }
                state = State.DONE;
                return at + 1;
        }
    }

    /** Byte by byte, in capitals; the digits that matter are noted. */
    private boolean isRight(byte b, int index) {
        if (PATTERN[index] != 'd') {
            return b == PATTERN[index];
        }
        if (!Ascii.isDigit(b)) {
            return false;
        }
        int digit = b - '0';
        if (index == MINOR_AT) {
            // RFC 9110 section 2.5: a higher minor version is read as the highest known one.
            minorVersion(Math.min(digit, 1));
            return true;
        }
        status = status * 10 + digit;
        // RFC 9110 section 15: a status is 100 to 599.
        return index > STATUS_AT || (digit >= 1 && digit <= 5);
    }

    private static ParseError wrong(int index) {
        return index < STATUS_AT ? ParseError.INVALID_STATUS_LINE : ParseError.INVALID_STATUS;
    }
}
