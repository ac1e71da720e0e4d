package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.millrace.http.wire.ResponseParser.ResponseTo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Feeds one input to a fresh parser of responses, cut in a certain way, and writes down what it
 * tells. A line {@code expect} or {@code expect HEAD} of the wanted log sends that request as soon
 * as the response before is complete; a line {@code close} ends the input.
 */
final class ResponseReplay implements ResponseEvents {

    /** What came out: the log and how many bytes were accepted. */
    record Outcome(List<String> log, int consumed) {}

    private final ResponseParser parser;
    private final IntPredicate pauses;
    private final Deque<String> requests = new ArrayDeque<>();
    private final List<String> lines = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();

    private int events;

    private ResponseReplay(WireLimits limits, IntPredicate pauses, List<String> wanted) {
        this.parser = new ResponseParser(limits);
        this.pauses = pauses;
        wanted.stream().filter(line -> line.startsWith("expect")).forEach(requests::add);
    }

    /** Pieces of the given sizes, the last size for all that is left. */
    static Outcome run(
            WireLimits limits, List<String> wanted, byte[] input, boolean pausing, int... sizes) {
        return new ResponseReplay(limits, event -> pausing, wanted).outcome(input, wanted, sizes);
    }

    /** One outcome for each event at which the parser may pause, and pauses there alone. */
    static Stream<Outcome> pausingOnce(
            WireLimits limits, List<String> wanted, byte[] input, int... sizes) {
        ResponseReplay counting = new ResponseReplay(limits, event -> false, wanted);
        counting.outcome(input, wanted, sizes);
        return IntStream.range(0, counting.events)
                .mapToObj(at -> new ResponseReplay(limits, event -> event == at, wanted))
                .map(replay -> replay.outcome(input, wanted, sizes));
    }

    private Outcome outcome(byte[] input, List<String> wanted, int... sizes) {
        int consumed = feed(input, sizes);
        if (wanted.contains("close")) {
            close();
        }
        return new Outcome(lines(), consumed);
    }

    private int feed(byte[] input, int... sizes) {
        request();
        int consumed = 0;
        int cut = 0;
        while (consumed < input.length && parser.error() == null) {
            int size = Math.max(1, sizes[Math.min(cut++, sizes.length - 1)]);
            int length = Math.min(size, input.length - consumed);
            int taken = piece(input, consumed, length);
            consumed += taken;
            if (taken < length) {
                break;
            }
        }
        if (consumed < input.length && parser.error() == null) {
            add("unasked " + Escapes.write(text(input, consumed, input.length)));
        }
        return consumed;
    }

    private void request() {
        String line = requests.poll();
        if (line != null) {
            add(line);
            String asked = line.substring("expect".length()).strip();
            parser.expect(asked.isEmpty() ? ResponseTo.ANY : ResponseTo.valueOf(asked));
        }
    }

    /** One read: a fresh array with something around the bytes, wiped afterwards. */
    private int piece(byte[] input, int from, int length) {
        int taken = 0;
        while (true) {
            int lead = 3 + taken % 5;
            int limit = lead + length - taken;
            byte[] array = new byte[limit + 4];
            Arrays.fill(array, (byte) '\n');
            System.arraycopy(input, from + taken, array, lead, length - taken);
            int read = parser.parse(array, lead, limit, this) - lead;
            taken += read;
            Arrays.fill(array, (byte) '?');
            boolean isBetween = body.isEmpty() && !lines.isEmpty() && lines.getLast().equals("end");
            boolean isNext = isBetween && !requests.isEmpty();
            if (isNext) {
                request();
            }
            if (!parser.isPaused() && (!isNext || taken == length)) {
                return taken;
            }
            parser.resume();
        }
    }

    private void close() {
        add("close");
        if (!parser.finish(this)) {
            add("cut off");
        }
    }

    private List<String> lines() {
        flush();
        ParseError error = parser.error();
        if (error != null) {
            lines.add("error " + error);
        }
        return lines;
    }

    @Override
    public void onInterim(ResponseParser head) {
        event("interim " + describe(head));
    }

    @Override
    public void onHead(ResponseParser head) {
        StringBuilder line = new StringBuilder("head " + describe(head));
        line.append(head.contentLength() < 0 ? "" : " length=" + head.contentLength());
        line.append(' ').append(head.framing()).append(head.mayPersist() ? "" : " close");
        event(line.toString());
    }

    private static String describe(ResponseParser head) {
        byte[] array = head.headArray();
        String whole = text(array, head.headStart(), head.headEnd());
        String fields = text(array, head.fieldsStart(), head.headEnd());
        String reason = text(array, head.reasonStart(), head.reasonEnd());
        boolean isRight = whole.endsWith("\r\n" + fields) && whole.contains(" " + reason + "\r\n");
        return head.status()
                + " '"
                + Escapes.write(reason)
                + "' 1."
                + head.minorVersion()
                + " fields="
                + head.fieldCount()
                + (isRight && head.hasBegun() ? "" : " misplaced");
    }

    @Override
    public void onBody(byte[] array, int offset, int length) {
        if (length <= 0) {
            add("empty body event");
        }
        body.append(text(array, offset, offset + length));
        pause();
    }

    @Override
    public void onTrailers(byte[] array, int start, int end) {
        event("trailers " + Escapes.write(text(array, start, end)));
    }

    @Override
    public void onMessageEnd() {
        event("end");
    }

    private void event(String line) {
        add(line);
        pause();
    }

    private void pause() {
        if (parser.isPaused()) {
            lines.add("an event although paused");
        }
        if (pauses.test(events++)) {
            parser.pause();
        }
    }

    private void add(String line) {
        flush();
        lines.add(line);
    }

    private void flush() {
        if (!body.isEmpty()) {
            lines.add("body " + Escapes.write(body.toString()));
            body.setLength(0);
        }
    }

    private static String text(byte[] array, int start, int end) {
        return new String(array, start, end - start, ISO_8859_1);
    }
}
