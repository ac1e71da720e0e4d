package dev.millrace.web.content;

import dev.millrace.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a response with a file says besides what the file says itself.
 *
 * @param type in place of the file's media type
 * @param cacheControl the field Cache-Control
 * @param downloadName the name under which a browser saves it
 */
public record ReplyFields(
        Optional<String> type, Optional<String> cacheControl, Optional<String> downloadName) {

    /** Nothing more. */
    public static final ReplyFields NONE =
            new ReplyFields(Optional.empty(), Optional.empty(), Optional.empty());

    void put(ServerResponse response, boolean isWhole) {
        cacheControl.ifPresent(value -> response.header("Cache-Control", value));
        if (isWhole && downloadName.isPresent()) {
            response.header("Content-Disposition", disposition(downloadName.get()));
        }
    }

    /** RFC 6266 section 4.3: a name for every client, and the exact one in UTF-8 (RFC 8187). */
    static String disposition(String name) {
        StringBuilder plain = new StringBuilder();
        for (int at = 0; at < name.length(); at++) {
            char c = name.charAt(at);
            boolean isSafe = c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '%' && c != '/';
            plain.append(isSafe ? c : '_');
        }
        String field = "attachment; filename=\"" + plain + '"';
        boolean isExact = plain.toString().equals(name);
        return isExact ? field : field + "; filename*=UTF-8''" + extended(name);
    }

    /** RFC 8187 section 3.2.1: attr-char, or percent-encoded. */
    private static String extended(String name) {
        StringBuilder text = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean isLetterOrDigit =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (isLetterOrDigit || "!#$&+-.^_`|~".indexOf(c) >= 0) {
                text.append(c);
            } else {
                text.append("%%%02X".formatted((int) c));
            }
        }
        return text.toString();
    }
}
