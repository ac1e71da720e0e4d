package dev.millrace.conformance.differential;

import dev.millrace.conformance.differential.Verdict.End;
import dev.millrace.conformance.differential.Verdict.Message;
import dev.millrace.http.wire.ResponseEvents;
import dev.millrace.http.wire.ResponseParser;
import java.util.ArrayList;
import java.util.List;

/** Reads responses, each to a GET, with the parser of millrace, up to one after which it closes. */
final class OurResponses implements ResponseEvents {
    private final List<Message> messages = new ArrayList<>();
    private List<String> start = List.of();
    private List<String> fields = List.of();
    private List<String> trailers = List.of();
    private final StringBuilder body = new StringBuilder();
    private boolean isLast;
    private boolean isComplete;

    static Verdict read(byte[] input) {
        return new OurResponses().verdict(input);
    }

    private Verdict verdict(byte[] input) {
        byte[] array = input.clone();
        ResponseParser parser = new ResponseParser(OurRequests.LIMITS);
        int at = 0;
        do {
            isComplete = false;
            trailers = List.of();
            parser.expect(ResponseParser.ResponseTo.ANY);
            at = parser.parse(array, at, array.length, this);
        } while (isComplete && !isLast && parser.error() == null);
        if (parser.error() != null) {
            return new Verdict(messages, End.REFUSED, "" + parser.error());
        }
        boolean isDone = isComplete || !parser.hasBegun() || parser.finish(this);
        return new Verdict(messages, isDone ? End.DONE : End.INCOMPLETE, "");
    }

    private void head(ResponseParser head) {
        byte[] array = head.headArray();
        int version = head.headStart() + "HTTP/".length();
        start =
                List.of(
                        "" + head.status(),
                        OurRequests.text(array, head.reasonStart(), head.reasonEnd()).strip(),
                        OurRequests.text(array, version, version + 3));
        fields = OurRequests.fields(array, head.fieldsStart());
    }

    @Override
    public void onInterim(ResponseParser head) {
        head(head);
        messages.add(new Message(start, fields, "", List.of()));
    }

    @Override
    public void onHead(ResponseParser head) {
        head(head);
        body.setLength(0);
        isLast = !head.mayPersist();
    }

    @Override
    public void onBody(byte[] array, int offset, int length) {
        body.append(OurRequests.text(array, offset, offset + length));
    }

    @Override
    public void onTrailers(byte[] array, int from, int end) {
        trailers = OurRequests.fields(array, from);
    }

    @Override
    public void onMessageEnd() {
        messages.add(new Message(start, fields, body.toString(), trailers));
        isComplete = true;
    }
}
