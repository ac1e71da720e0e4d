package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a caller may rely on beside the events: positions, arrays, pausing, reuse, cost. */
class RequestParserTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String CHUNKED =
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    private static final List<String> GET_LOG =
            List.of("begin", "head GET / 1.1 for=a fields=1", "end");

    private final RequestParser parser = new RequestParser(RequestReplay.LIMITS);
    private final RequestLog log = new RequestLog(parser, event -> false);

    @Test
    void aHeadInOnePieceIsReadWhereItLies() {
        byte[] array = bytes("junk" + GET + "junk");
        assertThat(parser.parse(array, 4, 4 + GET.length(), log)).isEqualTo(4 + GET.length());
        assertThat(parser.headArray()).isSameAs(array);
        assertThat(parser.headStart()).isEqualTo(4);
        assertThat(parser.headEnd()).isEqualTo(4 + GET.length());
        assertThat(parser.fieldsStart()).isEqualTo(4 + "GET / HTTP/1.1\r\n".length());
    }

    @Tag("J9")
    @Test
    void aHeadInPiecesIsJoined() {
        for (int at = 0; at < GET.length(); at++) {
            assertThat(parser.headArray()).isEmpty();
            byte[] one = bytes(GET.substring(at, at + 1));
            assertThat(parser.parse(one, 0, 1, log)).isEqualTo(1);
            one[0] = '?';
        }
        assertThat(log.lines()).isEqualTo(GET_LOG);
        assertThat(headText()).isEqualTo(GET);
    }

    @Tag("J9")
    @Test
    void aJoinedHeadStaysGoodBesideAJoinedTrailer() {
        feed(CHUNKED.substring(0, 20), CHUNKED.substring(20), "0\r\nA: ");
        assertThat(headText()).isEqualTo(CHUNKED);
        feed("1".repeat(5000), "\r\n", "\r\n");
        assertThat(headText()).isEqualTo(CHUNKED);
        assertThat(log.lines()).contains("trailers A: " + "1".repeat(5000) + "\\r\\n\\r\\n");
    }

    @Tag("J7")
    @Test
    void theArrayOfALargeHeadIsNotKeptForTheNextConnection() {
        String large = GET.replace("Host", "X: " + "1".repeat(6_000) + "\r\nHost");
        feed(large.substring(0, 10), large.substring(10));
        assertThat(parser.headArray()).hasSizeGreaterThan(6_000);
        parser.reset();
        feed(GET.substring(0, 10), GET.substring(10));
        assertThat(headText()).isEqualTo(GET);
        assertThat(parser.headArray()).hasSizeLessThanOrEqualTo(1 << 10);
    }

    @Test
    void aFoldedLineIsCalledThatFromTheSecondLineOn() {
        String line = "GET / HTTP/1.1\r\n";
        feed(line + " Host: a\r\n");
        assertThat(parser.error()).isEqualTo(ParseError.LEADING_SPACE);
        parser.reset();
        feed(line + "Host: a\r\n b");
        assertThat(parser.error()).isEqualTo(ParseError.FOLDED_LINE);
    }

    @Tag("J8")
    @Test
    void thePhaseIsVisible() {
        assertThat(parser.isBetweenMessages()).isTrue();
        feed("\r\n");
        assertThat(parser.isBetweenMessages()).isTrue();
        feed("P");
        assertThat(parser.isBetweenMessages()).isFalse();
        assertThat(parser.isReadingHead()).isTrue();
        feed("OST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n");
        assertThat(parser.isReadingHead()).isFalse();
        assertThat(parser.isBetweenMessages()).isFalse();
        feed("ab");
        assertThat(parser.isBetweenMessages()).isTrue();
    }

    @Tag("J8")
    @Test
    void aPauseKeepsThePositionAndTheEventsToCome() {
        RequestLog pausing = new RequestLog(parser, event -> true);
        byte[] array = bytes(GET + GET);
        assertThat(parser.parse(array, 0, array.length, pausing)).isZero();
        assertThat(parser.isPaused()).isTrue();
        assertThat(parser.parse(array, 0, array.length, pausing)).isZero();
        assertThat(pausing.lines()).isEqualTo(GET_LOG.subList(0, 1));
        parser.resume();
        assertThat(parser.parse(array, 0, array.length, pausing)).isEqualTo(GET.length());
        assertThat(pausing.lines()).isEqualTo(GET_LOG.subList(0, 2));
        parser.resume();
        // No byte is needed for the end of a message without body.
        assertThat(parser.parse(array, GET.length(), GET.length(), pausing))
                .isEqualTo(GET.length());
        assertThat(pausing.lines()).isEqualTo(GET_LOG);
        assertThat(parser.isBetweenMessages()).isTrue();
    }

    @Test
    void nothingIsReadAfterAnError() {
        feed("GET / HTTP/1.1\r\n\r\n");
        assertThat(parser.error()).isEqualTo(ParseError.MISSING_HOST);
        assertThat(parser.parse(bytes(GET), 3, 20, log)).isEqualTo(3);
        assertThat(log.lines()).containsExactly("begin", "error MISSING_HOST 400");
    }

    /** Left in any state, a parser that was reset knows nothing of the connection before. */
    @Tag("J7")
    @Test
    void resetLeavesNothingOfTheConnectionBefore() {
        RequestReplay.Outcome fresh =
                RequestReplay.whole(RequestReplay.LIMITS, bytes(GET + CHUNKED));
        for (GoldenSample sample : GoldenSample.in("request")) {
            byte[] input = sample.input();
            for (int cut = 0; cut <= input.length; cut += 1 + input.length / 20) {
                boolean pauses = cut % 2 == 0;
                parser.parse(input.clone(), 0, cut, new RequestLog(parser, event -> pauses));
                parser.reset();
                assertThat(parser.headArray()).isEmpty();
                assertThat(parser.isPaused()).isFalse();
                assertThat(parser.isBetweenMessages()).isTrue();
                RequestLog next = new RequestLog(parser, event -> false);
                int consumed = RequestReplay.feed(parser, next, bytes(GET + CHUNKED), cut);
                assertThat(new RequestReplay.Outcome(next.lines(), consumed)).isEqualTo(fresh);
                parser.reset();
            }
        }
    }

    @Tag("X17")
    @Test
    void oneByteChunksCostOneEventARead() {
        feed(CHUNKED);
        int before = log.events();
        String chunks = "1\r\nx\r\n".repeat(2500);
        feed(chunks, chunks, chunks, chunks);
        assertThat(log.events() - before).isEqualTo(4);
        feed("0\r\n\r\n");
        assertThat(log.lines()).containsSequence("body " + "x".repeat(10_000), "end");
    }

    @Tag("X17")
    @Test
    void largeChunksAreHandedOnWithoutMoving() {
        byte[] array = bytes(CHUNKED + ("4000\r\n" + "x".repeat(0x4000) + "\r\n").repeat(4));
        byte[] before = array.clone();
        assertThat(parser.parse(array, 0, array.length, log)).isEqualTo(array.length);
        assertThat(array).isEqualTo(before);
        assertThat(log.events()).isEqualTo(2 + 4);
    }

    @Test
    void theBytesNotYetReadAreNeverTouched() {
        String chunks = CHUNKED + "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n";
        byte[] array = bytes(chunks + GET);
        RequestLog pausing = new RequestLog(parser, event -> true);
        int at = 0;
        while (at < array.length) {
            parser.resume();
            at = parser.parse(array, at, array.length, pausing);
            String rest = (chunks + GET).substring(at);
            assertThat(new String(array, at, array.length - at, ISO_8859_1)).isEqualTo(rest);
        }
        assertThat(pausing.lines()).contains("body abc");
    }

    @Test
    void requestsInOnePieceAllocateNothing() {
        byte[] array = bytes(String.join("", Collections.nCopies(16, GET)));
        RequestEvents events = new CountingEvents();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 50; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                parser.parse(array, 0, array.length, events);
            }
            // The first rounds load classes; asking the bean itself may allocate.
            long now = threads.getCurrentThreadAllocatedBytes() - before;
            allocated = Math.min(allocated, now);
        }
        assertThat(allocated).as("bytes for 1600 requests").isLessThan(1600);
    }

    private static final class CountingEvents implements RequestEvents {
        private int count;

        @Override
        public void onMessageBegin() {
            count++;
        }

        @Override
        public void onHead(RequestParser head) {
            count += head.wantsPersistence() ? head.targetEnd() : 0;
        }

        @Override
        public void onBody(byte[] array, int offset, int length) {
            count += length;
        }

        @Override
        public void onTrailers(byte[] array, int start, int end) {
            count += end - start;
        }

        @Override
        public void onMessageEnd() {
            count++;
        }
    }

    private String headText() {
        int length = parser.headEnd() - parser.headStart();
        return new String(parser.headArray(), parser.headStart(), length, ISO_8859_1);
    }

    private void feed(String... pieces) {
        for (String piece : pieces) {
            byte[] array = bytes(piece);
            parser.parse(array, 0, array.length, log);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
