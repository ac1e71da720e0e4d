package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.jspecify.annotations.Nullable;

/**
 * Reads one request line (RFC 9112 section 3) and may stop and go on at any byte.
 *
 * <pre>
 *   METHOD --SP--> TARGET --SP--> VERSION --CR LF--> DONE
 *      |  (0x16)
 *      +--> TLS   only to tell a TLS client what it did wrong (X29)
 * </pre>
 *
 * Positions are kept relative to the first byte of the line, so that the bytes may move to another
 * array in between.
 */
final class RequestLineReader extends StartLineReader {

    private enum State {
        METHOD,
        TARGET,
        VERSION,
        TLS,
        DONE
    }

    private static final byte TLS_HANDSHAKE = 0x16;
    private static final byte TLS_MAJOR_VERSION = 0x03;

    private static final byte[] PROTOCOL = "HTTP/".getBytes(US_ASCII);
    private static final long HTTP_1_1 = Ascii.longAt("HTTP/1.1".getBytes(US_ASCII), 0);
    private static final int VERSION_BYTES = "HTTP/1.1\r\n".length();
    private static final int MAJOR_AT = 5;

    private static final byte[] HEAD = "HEAD".getBytes(US_ASCII);
    private static final byte[] CONNECT = "CONNECT".getBytes(US_ASCII);
    private static final byte[] OPTIONS = "OPTIONS".getBytes(US_ASCII);
    private static final byte[] PREFACE = "PRI * HTTP/2.0".getBytes(US_ASCII);
    private static final byte[] SCHEME_SEPARATOR = "://".getBytes(US_ASCII);
    private static final byte[] HTTP = "http".getBytes(US_ASCII);
    private static final byte[] HTTPS = "https".getBytes(US_ASCII);

    private final int maxTargetBytes;

    private State state = State.METHOD;
    private int methodEnd;
    private boolean isHead;
    private boolean isConnect;
    private int targetEnd;
    private int authorityStart;
    private int authorityEnd;
    private int pathStart;

    RequestLineReader(WireLimits limits) {
        this.maxTargetBytes = limits.maxTargetBytes();
    }

    @Override
    void reset() {
        isConnect = false;
        state = State.METHOD;
        isHead = false;
        authorityEnd = 0;
        clearError();
    }

    @Override
    boolean isDone() {
        return state == State.DONE;
    }

    @Override
    ParseError overflow() {
        return state == State.TARGET ? ParseError.TARGET_TOO_LONG : ParseError.HEADER_TOO_LARGE;
    }

    int methodEnd() {
        return methodEnd;
    }

    /** Whether the method was read and is HEAD. */
    boolean isConnect() {
        return isConnect;
    }

    boolean isHead() {
        return isHead;
    }

    int targetStart() {
        return methodEnd + 1;
    }

    int targetEnd() {
        return targetEnd;
    }

    @Override
    int end() {
        return targetEnd + 1 + VERSION_BYTES;
    }

    /** Whether the target names host and port itself (absolute-form and authority-form). */
    boolean hasAuthority() {
        return authorityEnd > 0;
    }

    int authorityStart() {
        return authorityStart;
    }

    int authorityEnd() {
        return authorityEnd;
    }

    int pathStart() {
        return pathStart;
    }

    /**
     * Reads {@code [from, end)} of a line that starts at {@code base}; returns the position
     * reached. Each state runs into the next unless the input ends or is wrong.
     */
    @Override
    @SuppressWarnings("fallthrough")
    int scan(byte[] array, int from, int end, int base) {
        int at = from;
        switch (state) {
            case TLS:
                return fail(
                        array[at] == TLS_MAJOR_VERSION
                                ? ParseError.TLS_HELLO
                                : ParseError.INVALID_METHOD,
                        at);
            case METHOD:
                at = Ascii.tokenEnd(array, at, end);
                if (at == end) {
                    return at;
                }
                if (array[at] != Ascii.SP || at == base) {
                    return wrongMethod(array, at, end, base);
                }
                methodEnd = at++ - base;
                isHead = methodEnd == HEAD.length && Ascii.equals(array, base, at - 1, HEAD);
                state = State.TARGET;
            case TARGET:
                at = target(array, at, end, base + methodEnd + 1);
                if (at == end || error() != null) {
                    return at;
                }
                targetEnd = at++ - base;
                state = State.VERSION;
            default:
                return version(array, at, end, base);
        }
    }

    private int wrongMethod(byte[] array, int at, int end, int base) {
        if (array[at] == TLS_HANDSHAKE && at == base) {
            // RFC 8446 section 5.1: a handshake record, then its version 3.x, begin every TLS
            // connection.
            state = State.TLS;
            return at + 1 == end ? end : scan(array, at + 1, end, base);
        }
        return fail(ParseError.INVALID_METHOD, at);
    }

    private int target(byte[] array, int from, int end, int start) {
        // The limit must strike at the same byte when the rest of a long target is already here, so
        // look no further.
        int stop = end - start > maxTargetBytes ? start + maxTargetBytes : end;
        int at = Ascii.targetEnd(array, from, stop);
        if (at == end) {
            return at;
        }
        byte b = array[at];
        if (b == Ascii.SP && at > start) {
            return at;
        }
        if (b == Ascii.CR || b == Ascii.LF) {
            return fail(ParseError.MISSING_VERSION, at);
        }
        if (at == stop) {
            return fail(ParseError.TARGET_TOO_LONG, at);
        }
        return fail(b < 0 ? ParseError.NON_ASCII_TARGET : ParseError.INVALID_TARGET, at);
    }

    private int version(byte[] array, int from, int end, int base) {
        int start = base + targetEnd + 1;
        int at = from;
        if (at == start
                && end - at >= VERSION_BYTES
                && Ascii.longAt(array, at) == HTTP_1_1
                && array[at + 8] == Ascii.CR
                && array[at + 9] == Ascii.LF) {
            minorVersion(1);
            at += VERSION_BYTES;
        } else {
            while (at < end && at - start < VERSION_BYTES) {
                ParseError wrong = wrongVersionByte(array, at, base, at - start);
                if (wrong != null) {
                    return fail(wrong, at);
                }
                at++;
            }
            if (at - start < VERSION_BYTES) {
                return at;
            }
            // RFC 9110 section 2.5: a higher minor version is served as the highest known one.
            minorVersion(array[start + MAJOR_AT + 2] == '0' ? 0 : 1);
        }
        if (!isTargetInForm(array, base)) {
            return fail(ParseError.INVALID_TARGET, at);
        }
        state = State.DONE;
        return at;
    }

    /**
     * RFC 9112 section 2.3, byte by byte: {@code HTTP/} DIGIT {@code .} DIGIT, in capitals, then CR
     * LF.
     */
    private @Nullable ParseError wrongVersionByte(byte[] array, int at, int base, int index) {
        byte b = array[at];
        boolean right =
                switch (index) {
                    case MAJOR_AT, MAJOR_AT + 2 -> Ascii.isDigit(b);
                    case MAJOR_AT + 1 -> b == '.';
                    case MAJOR_AT + 3 -> b == Ascii.CR;
                    case MAJOR_AT + 4 -> b == Ascii.LF;
                    default -> b == PROTOCOL[index];
                };
        if (!right) {
            if (index == 0 && (b == Ascii.CR || b == Ascii.LF)) {
                return ParseError.MISSING_VERSION;
            }
            if (index == MAJOR_AT + 4) {
                return ParseError.BARE_CR;
            }
            return index == MAJOR_AT + 3 && b == Ascii.LF
                    ? ParseError.BARE_LF
                    : ParseError.INVALID_VERSION;
        }
        // Only a version that is well formed to its end is answered 505; a malformed one is a 400
        // (X28).
        if (index == MAJOR_AT + 3 && array[at - 3] != '1') {
            return Ascii.equals(array, base, at, PREFACE)
                    ? ParseError.HTTP2_PREFACE
                    : ParseError.UNSUPPORTED_VERSION;
        }
        return null;
    }

    /** RFC 9112 section 3.2: which of its four forms a target may have depends on the method. */
    private boolean isTargetInForm(byte[] array, int base) {
        int start = base + methodEnd + 1;
        int end = base + targetEnd;
        isConnect =
                methodEnd == CONNECT.length && Ascii.equals(array, base, base + methodEnd, CONNECT);
        if (array[start] == '/' && !isConnect) {
            pathStart = methodEnd + 1;
            return true;
        }
        if (isConnect) {
            authorityStart = methodEnd + 1;
            authorityEnd = targetEnd;
            pathStart = targetEnd;
            return Authority.isValid(array, start, end, true);
        }
        if (array[start] == '*' && end - start == 1) {
            pathStart = methodEnd + 1;
            return Ascii.equals(array, base, base + methodEnd, OPTIONS);
        }
        return isAbsolute(array, start, end, base);
    }

    /** RFC 9112 section 3.2.2; only the schemes this server can be the origin of. */
    private boolean isAbsolute(byte[] array, int start, int end, int base) {
        int scheme = start;
        while (scheme < end && array[scheme] != ':') {
            scheme++;
        }
        int host = scheme + SCHEME_SEPARATOR.length;
        if (host > end
                || !Ascii.equals(array, scheme, host, SCHEME_SEPARATOR)
                || !(Ascii.matches(array, start, scheme, HTTP)
                        || Ascii.matches(array, start, scheme, HTTPS))) {
            return false;
        }
        int path = host;
        while (path < end && array[path] != '/' && array[path] != '?') {
            path++;
        }
        authorityStart = host - base;
        authorityEnd = path - base;
        pathStart = path - base;
        return Authority.isValid(array, host, path, false);
    }
}
