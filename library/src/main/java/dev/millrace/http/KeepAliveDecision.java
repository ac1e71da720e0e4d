package dev.millrace.http;

import dev.millrace.http.wire.BodyFraming;
import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.http.wire.RequestParser;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a connection is kept alive (RFC 9112 section 9.3, row R39): once when the head of
 * a request was read, and once when the head of its response is written.
 */
final class KeepAliveDecision {
    private KeepAliveDecision() {}

    /** Whether no request is served after this one, the connection's {@code number}th. */
    static boolean isLastRequest(RequestParser head, ServerConnection connection, int number) {
        return !head.wantsPersistence()
                || connection.isClosing()
                || connection.server().isLast(number);
    }

    /** Whether another request may follow {@code response}, whose body ends by {@code framing}. */
    static boolean isKept(
            ServerConnection connection, ServerResponse response, BodyFraming framing) {
        FieldsToSend fields = response.fields;
        return framing.mayPersist()
                && !connection.endsWith(response)
                && !isRestUnreadable(connection, response.request)
                && isAllowedBy(fields, response.request);
    }

    /** The rest of the request's body may be too long to throw away, or may never come. */
    private static boolean isRestUnreadable(ServerConnection connection, ServerRequest request) {
        boolean isTooMuchUnread =
                connection.isReading(request)
                        && !request.isWanted()
                        && request.contentLength() > HttpServer.DISCARD_MAX_BYTES;
        return isTooMuchUnread || request.isAwaitingContinue();
    }

    /** HTTP/1.0 has to be told of persistence, so a handler that removes the field ends it. */
    private static boolean isAllowedBy(@Nullable FieldsToSend fields, ServerRequest request) {
        return fields == null
                || !fields.isClose() && !(request.isHttp10() && fields.isRemoved("connection"));
    }
}
