package dev.millrace.http.wire;

import java.nio.charset.StandardCharsets;

/**
 * Walks over the field lines of a head or trailer that was read. {@code line} is always the
 * position of a line's first byte. The reader has checked every line, so that no walk needs to.
 */
public final class FieldsReceived {
    private FieldsReceived() {}

    /** Whether the empty line that ends the section begins at {@code line}. */
    public static boolean isEnd(byte[] head, int line) {
        return head[line] == Ascii.CR;
    }

    /** Where the line behind {@code line} begins. */
    public static int next(byte[] head, int line) {
        int at = line;
        while (head[at] != Ascii.LF) {
            at++;
        }
        return at + 1;
    }

    private static int colon(byte[] head, int line) {
        int at = line;
        while (head[at] != ':') {
            at++;
        }
        return at;
    }

    /** Whether the line has this name, without regard to case. */
    public static boolean isNamed(byte[] head, int line, String name) {
        int length = name.length();
        for (int index = 0; index < length; index++) {
            byte b = head[line + index];
            char c = name.charAt(index);
            if (b != c && (lower(b) != lower(c) || b == ':')) {
                return false;
            }
        }
        return head[line + length] == ':';
    }

    private static int lower(int c) {
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    }

    /** The name, in the case it came in. */
    public static String name(byte[] head, int line) {
        return text(head, line, colon(head, line));
    }

    /** The value without the blanks around it (RFC 9112 section 5.1). */
    public static String value(byte[] head, int line) {
        int from = colon(head, line) + 1;
        int end = from;
        while (head[end] != Ascii.CR) {
            end++;
        }
        while (from < end && Ascii.isSpace(head[from])) {
            from++;
        }
        while (end > from && Ascii.isSpace(head[end - 1])) {
            end--;
        }
        return text(head, from, end);
    }

    /** RFC 9110 section 5.5: bytes above ASCII mean nothing certain, so each becomes one char. */
    private static String text(byte[] head, int from, int end) {
        return new String(head, from, end - from, StandardCharsets.ISO_8859_1);
    }
}
