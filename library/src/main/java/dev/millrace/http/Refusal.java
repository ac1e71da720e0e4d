package dev.millrace.http;

import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.net.NetSocket;
import java.nio.charset.StandardCharsets;

/**
 * The response to bytes that are no request this server serves, made without a handler; the
 * connection ends with it.
 *
 * @param status of the response
 * @param text its content, which says what was wrong
 * @param isToHead whether the method was HEAD, whose response has no content (RFC 9110 section
 *     9.3.2)
 */
record Refusal(int status, String text, boolean isToHead) {
    private byte[] body() {
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** How many bytes of content it has. */
    long contentBytes() {
        return isToHead ? 0 : body().length;
    }

    void send(NetSocket socket, ResponseHead head) {
        byte[] body = body();
        FieldsToSend fields = new FieldsToSend();
        fields.set("Content-Type", "text/plain; charset=utf-8");
        head.begin(status, null, fields);
        head.contentLength(body.length);
        head.end(false, true, true);
        if (!isToHead) {
            head.append(body, 0, body.length);
        }
        socket.write(head.array(), 0, head.length());
    }
}
