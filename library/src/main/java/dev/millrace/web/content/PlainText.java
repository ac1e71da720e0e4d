package dev.millrace.web.content;

import dev.millrace.http.ServerResponse;

/** Responses of a line of text. */
public final class PlainText {
    private static final String TYPE = "text/plain; charset=utf-8";

    private PlainText() {}

    /** For instance {@code 404 Not Found}. */
    public static void send(ServerResponse response, int status, String text) {
        response.status(status).header("Content-Type", TYPE).end(text + "\n");
    }
}
