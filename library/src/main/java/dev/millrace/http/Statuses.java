package dev.millrace.http;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Status codes and their usual reason phrases (RFC 9110 section 15, RFC 6585, RFC 8297, RFC 7725).
 */
final class Statuses {
    private static final Map<Integer, String> REASONS = new TreeMap<>();
    private static final byte[] @Nullable [] LINES = new byte[600][];

    static {
        String table =
                """
                100 Continue
                101 Switching Protocols
                102 Processing
                103 Early Hints
                200 OK
                201 Created
                202 Accepted
                203 Non-Authoritative Information
                204 No Content
                205 Reset Content
                206 Partial Content
                300 Multiple Choices
                301 Moved Permanently
                302 Found
                303 See Other
                304 Not Modified
                307 Temporary Redirect
                308 Permanent Redirect
                400 Bad Request
                401 Unauthorized
                402 Payment Required
                403 Forbidden
                404 Not Found
                405 Method Not Allowed
                406 Not Acceptable
                407 Proxy Authentication Required
                408 Request Timeout
                409 Conflict
                410 Gone
                411 Length Required
                412 Precondition Failed
                413 Content Too Large
                414 URI Too Long
                415 Unsupported Media Type
                416 Range Not Satisfiable
                417 Expectation Failed
                421 Misdirected Request
                422 Unprocessable Content
                426 Upgrade Required
                428 Precondition Required
                429 Too Many Requests
                431 Request Header Fields Too Large
                451 Unavailable For Legal Reasons
                500 Internal Server Error
                501 Not Implemented
                502 Bad Gateway
                503 Service Unavailable
                504 Gateway Timeout
                505 HTTP Version Not Supported
                511 Network Authentication Required
                """;
        for (String line : table.split("\n")) {
            int status = Integer.parseInt(line.substring(0, 3));
            REASONS.put(status, line.substring(4));
            LINES[status] = line(status, line.substring(4));
        }
    }

    private Statuses() {}

    /** The usual reason; empty for a code without one, which RFC 9112 section 4 allows. */
    static String reason(int status) {
        return REASONS.getOrDefault(status, "");
    }

    /** The whole status line, ready made for the known codes. */
    static byte[] line(int status) {
        byte[] known = status < LINES.length ? LINES[status] : null;
        return known != null ? known : line(status, "");
    }

    static byte[] line(int status, String reason) {
        return ("HTTP/1.1 " + status + " " + reason + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }
}
