package dev.millrace.cli.load;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What the head of a response says about its end (RFC 9112 section 6.3).
 *
 * @param length of the body; {@link #CHUNKED} or {@link #UNTIL_CLOSE} where only its end tells
 * @param isLast whether the connection ends behind it
 */
record ResponseHead(int status, long length, boolean isLast) {
    static final long CHUNKED = -1;
    static final long UNTIL_CLOSE = -2;

    private static final byte[] VERSION = ascii("HTTP/1.");
    private static final byte[] CONTENT_LENGTH = ascii("content-length");
    private static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding");
    private static final byte[] CONNECTION = ascii("connection");
    private static final int STATUS_AT = 9;
    private static final int LENGTH_DIGITS_MAX = 18;

    /** Whether it is an interim one, with the real one behind it (RFC 9110 section 15.2). */
    boolean isInterim() {
        return status < 200;
    }

    /**
     * Reads a head.
     *
     * @param to behind the empty line
     * @param isBodiless whether the request was HEAD
     */
    static ResponseHead read(byte[] array, int from, int to, boolean isBodiless)
            throws BrokenResponseException {
        int lineEnd = lineEnd(array, from);
        int status = status(array, from, lineEnd);
        Fields fields = new Fields();
        for (int at = lineEnd + 2; at < to - 2; at = lineEnd + 2) {
            lineEnd = lineEnd(array, at);
            fields.take(array, at, lineEnd);
        }
        boolean isOld = array[from + VERSION.length] == '0';
        if (status < 200) {
            return new ResponseHead(status, 0, false);
        }
        boolean isEmpty = isBodiless || status == 204 || status == 304;
        long length = isEmpty ? 0 : fields.length();
        boolean isLast = fields.isClose || (isOld && !fields.isKept) || length == UNTIL_CLOSE;
        return new ResponseHead(status, length, isLast);
    }

    /** Where the line's CR is; no other control but a tab may be in it. */
    private static int lineEnd(byte[] array, int from) throws BrokenResponseException {
        int at = from;
        // There is an empty line, so the search ends.
        while (array[at] >= ' ' || array[at] < 0 || array[at] == '\t') {
            at++;
        }
        if (array[at] != '\r' || array[at + 1] != '\n') {
            throw new BrokenResponseException("a line of its head holds a control character");
        }
        return at;
    }

    private static int status(byte[] array, int from, int end) throws BrokenResponseException {
        int at = from + STATUS_AT;
        boolean isFine = end - from >= STATUS_AT + 3 && startsWith(array, from, VERSION);
        byte minor = isFine ? array[from + VERSION.length] : 0;
        isFine = isFine && (minor == '0' || minor == '1') && array[at - 1] == ' ';
        isFine = isFine && (end == at + 3 || array[at + 3] == ' ');
        long status = isFine ? digits(array, at, at + 3) : -1;
        if (status < 100 || status > 599) {
            throw new BrokenResponseException("its first line is no status line of HTTP/1.1");
        }
        if (status == 101) {
            throw new BrokenResponseException("it changes the protocol, which was not asked");
        }
        return (int) status;
    }

    private static boolean startsWith(byte[] array, int from, byte[] start) {
        for (int at = 0; at < start.length; at++) {
            if (array[from + at] != start[at]) {
                return false;
            }
        }
        return true;
    }

    /** The number, or -1 if it is none. */
    private static long digits(byte[] array, int from, int to) {
        if (from == to || to - from > LENGTH_DIGITS_MAX) {
            return -1;
        }
        long number = 0;
        for (int at = from; at < to; at++) {
            if (array[at] < '0' || array[at] > '9') {
                return -1;
            }
            number = number * 10 + array[at] - '0';
        }
        return number;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The fields that frame a body, one line after the other. */
    private static final class Fields {
        private long contentLength = UNTIL_CLOSE;
        private boolean isChunked;
        private boolean isClose;
        private boolean isKept;

        void take(byte[] array, int from, int end) throws BrokenResponseException {
            int colon = from;
            while (colon < end && isToken(array[colon])) {
                colon++;
            }
            if (colon == from || colon == end || array[colon] != ':') {
                throw new BrokenResponseException("a line of its head is no field");
            }
            switch (colon - from) {
                case 10 -> {
                    if (isNamed(array, from, CONNECTION)) {
                        connection(value(array, colon + 1, end));
                    }
                }
                case 14 -> {
                    if (isNamed(array, from, CONTENT_LENGTH)) {
                        contentLength(value(array, colon + 1, end));
                    }
                }
                case 17 -> {
                    if (isNamed(array, from, TRANSFER_ENCODING)) {
                        transferEncoding(value(array, colon + 1, end));
                    }
                }
                default -> {}
            }
        }

        /** Good enough to see what is no name; which symbols are allowed matters to no framing. */
        private static boolean isToken(byte b) {
            return b > ' ' && b != ':' && b != 0x7f;
        }

        private static boolean isNamed(byte[] array, int from, byte[] name) {
            for (int at = 0; at < name.length; at++) {
                // Makes capitals small, and leaves a dash as it is.
                if ((array[from + at] | 0x20) != name[at]) {
                    return false;
                }
            }
            return true;
        }

        private static String value(byte[] array, int from, int end) {
            String text = new String(array, from, end - from, StandardCharsets.ISO_8859_1);
            return text.strip().toLowerCase(Locale.ROOT);
        }

        private void connection(String value) {
            for (String option : value.split(",")) {
                isClose |= option.strip().equals("close");
                isKept |= option.strip().equals("keep-alive");
            }
        }

        private void contentLength(String value) throws BrokenResponseException {
            byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
            long length = digits(bytes, 0, bytes.length);
            if (length < 0 || contentLength != UNTIL_CLOSE) {
                throw new BrokenResponseException(
                        "its Content-Length is no number, or there twice");
            }
            contentLength = length;
        }

        private void transferEncoding(String value) throws BrokenResponseException {
            if (!value.equals("chunked") || isChunked) {
                throw new BrokenResponseException("its Transfer-Encoding is not chunked alone");
            }
            isChunked = true;
        }

        long length() throws BrokenResponseException {
            if (isChunked && contentLength != UNTIL_CLOSE) {
                throw new BrokenResponseException("it has Transfer-Encoding and Content-Length");
            }
            return isChunked ? CHUNKED : contentLength;
        }
    }
}
