package dev.millrace.cli;

import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import java.util.Set;

/** Answers that more than one command gives. */
final class Answers {
    private static final String TEXT = "text/plain; charset=utf-8";

    /** RFC 9110 section 9.3 and RFC 5789. */
    private static final Set<String> KNOWN_METHODS =
            Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

    private Answers() {}

    static boolean isRead(String method) {
        return method.equals("GET") || method.equals("HEAD");
    }

    static boolean isKnown(String method) {
        return KNOWN_METHODS.contains(method);
    }

    /**
     * RFC 9110 section 9.1: 405 for a method that does not fit this resource, 501 for one unknown
     * everywhere.
     */
    static void refuseMethod(ServerRequest request, ServerResponse response, String allowed) {
        if (isKnown(request.method())) {
            response.header("Allow", allowed);
            text(response, 405, "405 Method Not Allowed");
        } else {
            text(response, 501, "501 Not Implemented");
        }
    }

    static void text(ServerResponse response, int status, String text) {
        response.status(status).header("Content-Type", TEXT).end(text + "\n");
    }
}
