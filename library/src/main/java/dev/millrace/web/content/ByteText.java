package dev.millrace.web.content;

import java.nio.charset.StandardCharsets;

/**
 * Names of files in a {@code String}, one character for each byte: a name is bytes, which need not
 * be text, and is taken apart and compared as such. For a page the bytes are read as UTF-8.
 */
public final class ByteText {
    /** What a segment may hold besides letters and digits (RFC 3986 section 3.3). */
    private static final String SEGMENT = "-._~!$&'()*+,;=:@";

    private static final String HEX = "0123456789ABCDEF";

    private ByteText() {}

    public static String of(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    public static byte[] bytes(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** For a reader; what is no UTF-8 is replaced. */
    public static String shown(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    /** A path as a reference: each byte that a segment can't hold becomes a percent-encoding. */
    public static String encode(String path) {
        StringBuilder text = new StringBuilder(path.length() + 16);
        for (int at = 0; at < path.length(); at++) {
            char c = path.charAt(at);
            if (isLetterOrDigit(c) || c == '/' || SEGMENT.indexOf(c) >= 0) {
                text.append(c);
            } else {
                text.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return text.toString();
    }

    /** Whether this part of it stands as it is in a reference and on a page, as most names do. */
    static boolean isPlain(byte[] name, int start, int end) {
        for (int at = start; at < end; at++) {
            char c = (char) (name[at] & 0xff);
            if (!isLetterOrDigit(c) && "-._~/".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
