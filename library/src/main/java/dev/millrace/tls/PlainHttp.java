package dev.millrace.tls;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** A request of HTTP that came without TLS: told by its first bytes, and what it gets. */
final class PlainHttp {
    private static final List<String> METHODS =
            List.of(
                    "GET ",
                    "HEAD ",
                    "POST ",
                    "PUT ",
                    "DELETE ",
                    "OPTIONS ",
                    "PATCH ",
                    "CONNECT ",
                    "TRACE ",
                    "PRI * ");

    private static final String TEXT =
            "This port speaks HTTPS, and the request came without TLS: use https:// for it.\n";

    private static final String RESPONSE =
            "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
                    + "Content-Length: "
                    + TEXT.length()
                    + "\r\nConnection: close\r\n\r\n"
                    + TEXT;

    private PlainHttp() {}

    /** Also of the beginning of a method: no record of TLS begins with a letter. */
    static boolean isRequest(byte[] array, int offset, int length) {
        return METHODS.stream().anyMatch(method -> begins(method, array, offset, length));
    }

    private static boolean begins(String method, byte[] array, int offset, int length) {
        int count = Math.min(length, method.length());
        for (int at = 0; at < count; at++) {
            if (array[offset + at] != method.charAt(at)) {
                return false;
            }
        }
        return count > 0;
    }

    static byte[] response() {
        return RESPONSE.getBytes(StandardCharsets.US_ASCII);
    }
}
