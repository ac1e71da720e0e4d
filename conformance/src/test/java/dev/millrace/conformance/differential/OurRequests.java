package dev.millrace.conformance.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.conformance.differential.Verdict.End;
import dev.millrace.conformance.differential.Verdict.Message;
import dev.millrace.http.wire.FieldsReceived;
import dev.millrace.http.wire.RequestEvents;
import dev.millrace.http.wire.RequestParser;
import dev.millrace.http.wire.WireLimits;
import java.util.ArrayList;
import java.util.List;

/** Reads requests with the parser of millrace, and stops where its server does. */
final class OurRequests implements RequestEvents {
    static final WireLimits LIMITS =
            new WireLimits(16 << 10, 16 << 10, 1000, 16 << 10, Long.MAX_VALUE);

    private final RequestParser parser = new RequestParser(LIMITS);
    private List<Message> messages = new ArrayList<>();
    private List<String> start = List.of();
    private List<String> fields = List.of();
    private List<String> trailers = List.of();
    private StringBuilder body = new StringBuilder();
    private boolean isLast;

    Verdict read(byte[] input) {
        messages = new ArrayList<>();
        isLast = false;
        parser.reset();
        parser.parse(input.clone(), 0, input.length, this);
        if (parser.error() != null) {
            return new Verdict(messages, End.REFUSED, "" + parser.error());
        }
        boolean isDone = parser.isPaused() || parser.isBetweenMessages();
        return new Verdict(messages, isDone ? End.DONE : End.INCOMPLETE, "");
    }

    @Override
    public void onMessageBegin() {
        body = new StringBuilder();
        trailers = List.of();
    }

    @Override
    public void onHead(RequestParser head) {
        byte[] array = head.headArray();
        String method = text(array, head.headStart(), head.methodEnd());
        String target = text(array, head.targetStart(), head.targetEnd());
        int version = head.targetEnd() + " HTTP/".length();
        start = List.of(method, target, text(array, version, version + 3));
        fields = fields(array, head.fieldsStart());
        isLast = !head.wantsPersistence() || head.hasUpgrade() || method.equals("CONNECT");
    }

    @Override
    public void onBody(byte[] array, int offset, int length) {
        body.append(text(array, offset, offset + length));
    }

    @Override
    public void onTrailers(byte[] array, int from, int end) {
        trailers = fields(array, from);
    }

    @Override
    public void onMessageEnd() {
        messages.add(new Message(start, fields, body.toString(), trailers));
        if (isLast) {
            parser.pause();
        }
    }

    static List<String> fields(byte[] array, int from) {
        List<String> fields = new ArrayList<>();
        for (int at = from; !FieldsReceived.isEnd(array, at); at = FieldsReceived.next(array, at)) {
            fields.add(FieldsReceived.name(array, at));
            fields.add(FieldsReceived.value(array, at));
        }
        return fields;
    }

    static String text(byte[] array, int from, int end) {
        return new String(array, from, end - from, ISO_8859_1);
    }
}
