package dev.millrace.http.wire;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Feeds one input to a fresh parser, cut in a certain way, as a connection would. */
final class RequestReplay {

    /** What came out: the log and how many bytes were accepted. */
    record Outcome(List<String> log, int consumed) {}

    private static final IntPredicate NEVER = event -> false;
    private static final IntPredicate ALWAYS = event -> true;

    /** The figures that a server has without options. */
    static final WireLimits LIMITS =
            new WireLimits(8 << 10, 16 << 10, 1000, 16 << 10, Long.MAX_VALUE);

    private RequestReplay() {}

    static Outcome whole(WireLimits limits, byte[] input) {
        return run(limits, input, NEVER, input.length);
    }

    /** Pieces of the given sizes, the last size for all that is left. */
    static Outcome pieces(WireLimits limits, byte[] input, int... sizes) {
        return run(limits, input, NEVER, sizes);
    }

    static Outcome pausing(WireLimits limits, byte[] input, int... sizes) {
        return run(limits, input, ALWAYS, sizes);
    }

    /** One outcome for each event at which the parser may pause, and pauses there alone. */
    static Stream<Outcome> pausingOnce(WireLimits limits, byte[] input, int... sizes) {
        RequestParser parser = new RequestParser(limits);
        RequestLog log = new RequestLog(parser, NEVER);
        feed(parser, log, input, sizes);
        return IntStream.range(0, log.events())
                .mapToObj(at -> run(limits, input, event -> event == at, sizes));
    }

    private static Outcome run(WireLimits limits, byte[] input, IntPredicate pauses, int... sizes) {
        RequestParser parser = new RequestParser(limits);
        RequestLog log = new RequestLog(parser, pauses);
        int consumed = feed(parser, log, input, sizes);
        return new Outcome(log.lines(), consumed);
    }

    static int feed(RequestParser parser, RequestLog log, byte[] input, int... sizes) {
        int consumed = 0;
        int cut = 0;
        while (consumed < input.length && parser.error() == null) {
            int size = Math.max(1, sizes[Math.min(cut++, sizes.length - 1)]);
            int length = Math.min(size, input.length - consumed);
            int taken = piece(parser, log, input, consumed, length);
            consumed += taken;
            if (taken < length) {
                break;
            }
        }
        return consumed;
    }

    /**
     * One read: a fresh array with something before and behind the bytes, wiped afterwards, as the
     * loop's receive array is. Whenever the parser pauses, the rest moves to another array.
     */
    private static int piece(
            RequestParser parser, RequestLog log, byte[] input, int from, int length) {
        int taken = 0;
        while (true) {
            int lead = 3 + taken % 5;
            byte[] array = new byte[lead + length - taken + 4];
            Arrays.fill(array, (byte) '\n');
            System.arraycopy(input, from + taken, array, lead, length - taken);
            int limit = lead + length - taken;
            taken += parser.parse(array, lead, limit, log) - lead;
            Arrays.fill(array, (byte) '?');
            if (!parser.isPaused()) {
                return taken;
            }
            parser.resume();
        }
    }
}
