package dev.millrace.http.wire;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The line that begins a response (RFC 9112 section 4). The lines of the usual codes (RFC 9110
 * section 15, RFC 6585, RFC 8297, RFC 7725) are made once, so that a response allocates none.
 */
public final class StatusLine implements StartLine {
    private static final @Nullable StatusLine[] KNOWN = new StatusLine[600];

    private final String reason;
    private final byte[] bytes;

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
            KNOWN[status] = new StatusLine(status, line.substring(4));
        }
    }

    private StatusLine(int status, String reason) {
        this.reason = reason;
        this.bytes =
                ("HTTP/1.1 " + status + " " + reason + "\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** For a sender: a final response is 200 to 599. */
    public static void checkFinal(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("a final status is 200 to 599, not " + status);
        }
    }

    /** For a sender: an interim response is 100 to 199, and 101 is no response of a handler's. */
    public static void checkInterim(int status) {
        if (status < 100 || status > 199 || status == 101) {
            throw new IllegalArgumentException(
                    "an interim status is 100, or 102 to 199, not " + status);
        }
    }

    /** The line with the usual reason phrase of {@code status}. */
    public static StatusLine of(int status) {
        StatusLine known = status < KNOWN.length ? KNOWN[status] : null;
        return known != null ? known : new StatusLine(status, "");
    }

    /** The line with a reason phrase of the sender's, whose characters fit a byte each. */
    public static StatusLine of(int status, String reason) {
        return new StatusLine(status, reason);
    }

    /** The reason phrase; empty for a code without one, which RFC 9112 section 4 allows. */
    public String reason() {
        return reason;
    }

    @Override
    public byte[] bytes() {
        return bytes;
    }
}
