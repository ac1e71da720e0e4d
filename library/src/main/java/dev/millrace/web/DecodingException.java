package dev.millrace.web;

import dev.millrace.http.ServerResponse;
import java.io.IOException;
import java.io.Serial;

/**
 * A body could not be decoded: it is malformed, becomes too large, or is in a coding that is not
 * known.
 *
 * {@snippet class="dev.millrace.web.DecodedBodyTest" region="stream"}
 */
public final class DecodingException extends IOException {
    @Serial private static final long serialVersionUID = 1;

    private final int status;

    DecodingException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** What a server responds: 400, 413 or 415. */
    public int status() {
        return status;
    }

    /**
     * Responds with it, unless a response has begun, and ends the connection, on which the rest of
     * the body may still come.
     */
    public void respond(ServerResponse response) {
        if (response.isHeadSent() || response.isClosed()) {
            return;
        }
        if (status == 415) {
            // RFC 9110 section 15.5.16.
            response.header("Accept-Encoding", "gzip, deflate");
        }
        response.status(status)
                .header("Connection", "close")
                .header("Content-Type", "text/plain; charset=utf-8")
                .end(status + ": " + getMessage() + "\n");
    }
}
