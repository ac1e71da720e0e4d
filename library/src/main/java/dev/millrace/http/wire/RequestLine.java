package dev.millrace.http.wire;

import java.nio.charset.StandardCharsets;

/**
 * The line that begins a request (RFC 9112 section 3).
 *
 * @param method a token; its case matters
 * @param target the request target in visible ASCII
 */
public record RequestLine(String method, String target) implements StartLine {
    /**
     * @throws IllegalArgumentException if a part holds a byte that would end it early
     */
    public RequestLine {
        byte[] token = ascii(method);
        byte[] visible = ascii(target);
        if (token.length == 0 || Ascii.tokenEnd(token, 0, token.length) < token.length) {
            throw new IllegalArgumentException("\"" + method + "\" is no method");
        }
        if (visible.length == 0 || Ascii.targetEnd(visible, 0, visible.length) < visible.length) {
            throw new IllegalArgumentException("\"" + target + "\" is no request target");
        }
    }

    @Override
    public byte[] bytes() {
        return ascii(method + " " + target + " HTTP/1.1\r\n");
    }

    /** A character beyond Latin-1 becomes a NUL, which no part of the line may hold. */
    private static byte[] ascii(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int at = 0; at < bytes.length; at++) {
            bytes[at] = text.charAt(at) > 0x7e ? 0 : bytes[at];
        }
        return bytes;
    }
}
