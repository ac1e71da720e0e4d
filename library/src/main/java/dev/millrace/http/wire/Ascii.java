package dev.millrace.http.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The byte classes of HTTP/1.1 and the loops that run over them.
 *
 * <p>Every {@code ...End} method returns the first position in {@code [from, end)} whose byte is
 * outside its class, or {@code end}. They keep no state, so a caller may go on at any byte when
 * more input arrives.
 */
final class Ascii {

    static final byte TAB = '\t';
    static final byte LF = '\n';
    static final byte CR = '\r';
    static final byte SP = ' ';

    /** RFC 9110 section 5.6.2: tchar. */
    private static final int TOKEN = 1;

    /**
     * RFC 9112 section 3.2: visible ASCII; no form of a request target has a fragment, so no {@code
     * #}.
     */
    private static final int TARGET = 2;

    /** RFC 9110 section 5.5: field-vchar with obs-text, SP and HTAB. */
    private static final int VALUE = 4;

    /**
     * RFC 3986 section 3.2.2: reg-name without pct-encoded, and without the comma (see {@link
     * Authority}).
     */
    private static final int REG_NAME = 8;

    /** RFC 9110 section 5.6.4: qdtext. */
    private static final int QUOTED = 16;

    private static final byte[] CLASSES = classes();
    private static final byte[] HEX = hexDigits();

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long TOPS = 0x8080_8080_8080_8080L;
    private static final long SPACES = 0x20L * ONES;
    private static final long DELS = 0x7FL * ONES;

    private Ascii() {}

    static boolean isToken(byte b) {
        return (CLASSES[b & 0xFF] & TOKEN) != 0;
    }

    static boolean isValue(byte b) {
        return (CLASSES[b & 0xFF] & VALUE) != 0;
    }

    static boolean isRegName(byte b) {
        return (CLASSES[b & 0xFF] & REG_NAME) != 0;
    }

    static boolean isQuoted(byte b) {
        return (CLASSES[b & 0xFF] & QUOTED) != 0;
    }

    static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** RFC 9110 section 5.6.3: what may stand around a value. */
    static boolean isSpace(byte b) {
        return b == SP || b == TAB;
    }

    /** The value of a hex digit, or -1. */
    static int hex(byte b) {
        return HEX[b & 0xFF];
    }

    static long longAt(byte[] array, int at) {
        return (long) LONGS.get(array, at);
    }

    static int tokenEnd(byte[] array, int from, int end) {
        int at = from;
        while (at < end && (CLASSES[array[at] & 0xFF] & TOKEN) != 0) {
            at++;
        }
        return at;
    }

    static int targetEnd(byte[] array, int from, int end) {
        int at = from;
        while (at < end && (CLASSES[array[at] & 0xFF] & TARGET) != 0) {
            at++;
        }
        return at;
    }

    static int spaceEnd(byte[] array, int from, int end) {
        int at = from;
        while (at < end && isSpace(array[at])) {
            at++;
        }
        return at;
    }

    /** Where the value ends once the spaces behind it are cut off; not before {@code from}. */
    static int trimmedEnd(byte[] array, int from, int end) {
        int at = end;
        while (at > from && isSpace(array[at - 1])) {
            at--;
        }
        return at;
    }

    /**
     * The end of a field value. Most bytes of a browser's head are in values, so this loop looks at
     * eight at once: a byte below 0x20 or equal to 0x7F raises the top bit of its lane. A borrow
     * can raise a lane wrongly only above a lane that is right, so the lowest raised lane (little
     * endian: the first byte) is always a true one.
     */
    static int valueEnd(byte[] array, int from, int end) {
        int at = from;
        while (at <= end - Long.BYTES) {
            long word = (long) LONGS.get(array, at);
            long del = word ^ DELS;
            long special = ((word - SPACES & ~word) | (del - ONES & ~del)) & TOPS;
            if (special == 0) {
                at += Long.BYTES;
                continue;
            }
            at += Long.numberOfTrailingZeros(special) >>> 3;
            if (array[at] != TAB) {
                return at;
            }
            at++;
        }
        while (at < end && (CLASSES[array[at] & 0xFF] & VALUE) != 0) {
            at++;
        }
        return at;
    }

    /**
     * Compares without regard to case. {@code lower} is lower case and holds letters, digits and
     * hyphens; the range holds no control bytes (the scanners saw to that), so setting bit 5 cannot
     * make two different bytes equal.
     */
    static boolean matches(byte[] array, int from, int end, byte[] lower) {
        if (end - from != lower.length) {
            return false;
        }
        for (int i = 0; i < lower.length; i++) {
            if ((array[from + i] | 0x20) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Compares byte for byte: methods and the protocol name are case-sensitive (RFC 9110 section
     * 9.1).
     */
    static boolean equals(byte[] array, int from, int end, byte[] expected) {
        return Arrays.equals(array, from, end, expected, 0, expected.length);
    }

    private static byte[] classes() {
        byte[] classes = new byte[256];
        for (int b = 0x20; b < 0x100; b++) {
            classes[b] |= (byte) (b == 0x7F ? 0 : VALUE);
            classes[b] |= (byte) (b == 0x7F || b == '"' || b == '\\' ? 0 : QUOTED);
        }
        classes[TAB] |= VALUE | QUOTED;
        for (int b = 0x21; b < 0x7F; b++) {
            classes[b] |= (byte) (b == '#' ? 0 : TARGET);
        }
        for (int b = 0; b < 0x80; b++) {
            boolean alphanumeric =
                    b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z';
            classes[b] |= (byte) (alphanumeric || "!#$%&'*+-.^_`|~".indexOf(b) >= 0 ? TOKEN : 0);
            classes[b] |= (byte) (alphanumeric || "-._~!$&'()*+;=".indexOf(b) >= 0 ? REG_NAME : 0);
        }
        return classes;
    }

    private static byte[] hexDigits() {
        byte[] digits = new byte[256];
        for (int b = 0; b < digits.length; b++) {
            digits[b] = (byte) (b < 0x80 ? Character.digit(b, 16) : -1);
        }
        return digits;
    }
}
