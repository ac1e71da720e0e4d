package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what a parser tells, one line an event, with neighbouring body events as one. The
 * same bytes must always give the same log, however they were cut.
 */
final class RequestLog implements RequestEvents {

    private final RequestParser parser;
    private final IntPredicate pauses;
    private final List<String> lines = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private int events;

    /** The parser pauses at those events, counted from 0, that {@code pauses} holds for. */
    RequestLog(RequestParser parser, IntPredicate pauses) {
        this.parser = parser;
        this.pauses = pauses;
    }

    /** Everything so far, as in the golden files. */
    List<String> lines() {
        List<String> all = new ArrayList<>(lines);
        if (!body.isEmpty()) {
            all.add("body " + Escapes.write(body.toString()));
        }
        ParseError error = parser.error();
        if (error != null) {
            all.add("error " + error + " " + error.status());
        }
        return all;
    }

    /** Calls, with each {@code onBody} counted. */
    int events() {
        return events;
    }

    @Override
    public void onMessageBegin() {
        add("begin");
    }

    @Override
    public void onHead(RequestParser head) {
        add(describe(head));
    }

    @Override
    public void onBody(byte[] array, int offset, int length) {
        if (length <= 0) {
            add("empty body event");
        }
        body.append(text(array, offset, offset + length));
        count();
    }

    @Override
    public void onTrailers(byte[] array, int start, int end) {
        add("trailers " + Escapes.write(text(array, start, end)));
    }

    @Override
    public void onMessageEnd() {
        add("end");
    }

    private void add(String line) {
        if (!body.isEmpty()) {
            lines.add("body " + Escapes.write(body.toString()));
            body.setLength(0);
        }
        lines.add(line);
        count();
    }

    private void count() {
        if (parser.isPaused()) {
            lines.add("an event although paused");
        }
        if (pauses.test(events++)) {
            parser.pause();
        }
    }

    private static String describe(RequestParser head) {
        byte[] array = head.headArray();
        StringBuilder line = new StringBuilder("head ");
        line.append(text(array, head.headStart(), head.methodEnd())).append(' ');
        line.append(text(array, head.targetStart(), head.targetEnd()));
        line.append(" 1.").append(head.minorVersion());
        String authority = text(array, head.authorityStart(), head.authorityEnd());
        note(line, authority.isEmpty() ? null : "for=" + authority);
        String path = text(array, head.pathStart(), head.targetEnd());
        note(line, head.pathStart() == head.targetStart() ? null : "path=" + path);
        note(line, "fields=" + head.fieldCount());
        note(line, head.contentLength() < 0 ? null : "length=" + head.contentLength());
        note(line, head.isChunked() ? "chunked" : null);
        note(line, head.wantsPersistence() ? null : "close");
        note(line, head.expectsContinue() ? "continue" : null);
        note(line, head.hasUnknownExpect() ? "unknown-expect" : null);
        note(line, head.hasUpgrade() ? "upgrade" : null);
        String whole = text(array, head.headStart(), head.headEnd());
        String fields = text(array, head.fieldsStart(), head.headEnd());
        note(line, whole.endsWith("\r\n\r\n") ? null : "head-without-end");
        note(line, whole.endsWith("\r\n" + fields) ? null : "fields-misplaced");
        return line.toString();
    }

    private static void note(StringBuilder line, @Nullable String word) {
        if (word != null) {
            line.append(' ').append(word);
        }
    }

    private static String text(byte[] array, int start, int end) {
        return new String(array, start, end - start, ISO_8859_1);
    }
}
