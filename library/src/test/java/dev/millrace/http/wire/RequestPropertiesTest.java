package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.wire.RequestReplay.Outcome;
import dev.millrace.testing.Choices;
import dev.millrace.testing.Property;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** What holds of every request, whole or damaged, however it comes. */
class RequestPropertiesTest {
    private static final WireLimits LIMITS = RequestReplay.LIMITS;

    private static MadeMessage requests(Choices choices) {
        MadeMessage made = MadeMessage.request(choices);
        for (int left = choices.below(3); left > 0; left--) {
            made = made.and(MadeMessage.request(choices));
        }
        return made;
    }

    /** As made, or with damage. */
    private static byte[] anyBytes(Choices choices) {
        List<byte[]> corpus = List.of(requests(choices).bytes(), requests(choices).bytes());
        boolean isDamaged = choices.oneIn(2);
        return isDamaged
                ? new RequestMutator(choices.below(1 << 30), corpus).next()
                : corpus.getFirst();
    }

    private static int[] cuts(Choices choices) {
        int[] sizes = new int[choices.between(1, 8)];
        Arrays.setAll(sizes, at -> choices.between(1, choices.oneIn(3) ? 60 : 5));
        return sizes;
    }

    private static WireLimits limits(Choices choices) {
        return new WireLimits(
                choices.between(1, 60),
                choices.between(16, 300),
                choices.between(1, 8),
                choices.below(30),
                choices.below(60));
    }

    @Test
    void aRequestIsReadAsItWasMade() {
        Property.verify(choices -> {
            MadeMessage made = MadeMessage.request(choices);
            Outcome read = RequestReplay.whole(LIMITS, made.bytes());
            assertThat(read.log()).as(made.text()).isEqualTo(made.log());
        });
    }

    @Test
    void pipelinedRequestsAreReadInTheirOrder() {
        Property.verify(choices -> {
            MadeMessage made = requests(choices);
            Outcome read = RequestReplay.whole(LIMITS, made.bytes());
            assertThat(read).isEqualTo(new Outcome(made.log(), made.text().length()));
        });
    }

    @Test
    void noCutMatters() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            assertThat(RequestReplay.pieces(LIMITS, input, cuts(choices)))
                    .isEqualTo(RequestReplay.whole(LIMITS, input));
        });
    }

    @Test
    void noCutMattersWithinTightLimits() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            WireLimits tight = limits(choices);
            assertThat(RequestReplay.pieces(tight, input, cuts(choices)))
                    .isEqualTo(RequestReplay.whole(tight, input));
        });
    }

    @Test
    void noPauseMatters() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            assertThat(RequestReplay.pausing(LIMITS, input, cuts(choices)))
                    .isEqualTo(RequestReplay.whole(LIMITS, input));
        });
    }

    @Test
    void noPauseMattersWithinTightLimits() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            WireLimits tight = limits(choices);
            Outcome whole = RequestReplay.whole(tight, input);
            assertThat(RequestReplay.pausingOnce(tight, input, cuts(choices)))
                    .allMatch(whole::equals);
        });
    }

    @Test
    void aHigherLimitRefusesNothingThatALowerOneReads() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            WireLimits tight = limits(choices);
            Outcome low = RequestReplay.whole(tight, input);
            WireLimits wide =
                    new WireLimits(
                            tight.maxTargetBytes() + choices.below(60),
                            tight.maxHeaderBytes() + choices.below(300),
                            tight.maxHeaderLines() + choices.below(8),
                            tight.maxChunkExtensionBytes() + choices.below(30),
                            tight.maxBodyBytes() + choices.below(60));
            Outcome high = RequestReplay.whole(wide, input);
            assertThat(high.consumed()).isGreaterThanOrEqualTo(low.consumed());
            if (!isRefused(low)) {
                assertThat(high).isEqualTo(low);
            }
        });
    }

    @Test
    void aLimitTakesNothingFromWhatWasReadBefore() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            Outcome all = RequestReplay.whole(LIMITS, input);
            Outcome low = RequestReplay.whole(limits(choices), input);
            List<String> told = withoutBodies(low.log());
            int common = isRefused(low) ? told.size() - 1 : told.size();
            assertThat(withoutBodies(all.log()).subList(0, common))
                    .isEqualTo(told.subList(0, common));
        });
    }

    private static List<String> withoutBodies(List<String> log) {
        return log.stream().filter(line -> !line.startsWith("body ")).toList();
    }

    private static boolean isRefused(Outcome outcome) {
        return !outcome.log().isEmpty() && outcome.log().getLast().startsWith("error ");
    }

    @Test
    void theVerdictDependsOnNothingBehindTheByteThatIsWrong() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            WireLimits limits = choices.oneIn(2) ? limits(choices) : LIMITS;
            Outcome whole = RequestReplay.whole(limits, input);
            if (isRefused(whole)) {
                int length = Math.min(input.length, whole.consumed() + 1);
                byte[] cut = Arrays.copyOf(input, length);
                assertThat(RequestReplay.whole(limits, cut)).isEqualTo(whole);
                byte[] longer = Arrays.copyOf(cut, length + 40);
                Arrays.fill(longer, length, longer.length, (byte) choices.below(256));
                assertThat(RequestReplay.whole(limits, longer)).isEqualTo(whole);
            }
        });
    }

    @Test
    void noBeginningOfARequestIsRefused() {
        Property.verify(choices -> {
            MadeMessage made = requests(choices);
            byte[] input = made.bytes();
            byte[] begun = Arrays.copyOf(input, choices.below(input.length + 1));
            Outcome outcome = RequestReplay.whole(LIMITS, begun);
            assertThat(outcome.consumed()).isEqualTo(begun.length);
            assertThat(isRefused(outcome)).isFalse();
        });
    }

    @Test
    void aBodyIsTheSameInAnyChunks() {
        Property.verify(choices -> {
            String data = new String(choices.bytes(1, 100), ISO_8859_1);
            String head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
            String once = head + MadeMessage.chunks(choices, data) + "\r\n";
            String again = head + MadeMessage.chunks(choices, data) + "\r\n";
            List<String> log = RequestReplay.whole(LIMITS, once.getBytes(ISO_8859_1)).log();
            assertThat(log).contains("body " + Escapes.write(data)).endsWith("end");
            assertThat(
                            RequestReplay.pieces(LIMITS, again.getBytes(ISO_8859_1), cuts(choices))
                                    .log())
                    .isEqualTo(log);
        });
    }

    @Test
    void oneReadOfSmallChunksIsOneBodyEvent() {
        Property.verify(choices -> {
            String data = new String(choices.bytes(1, 200), ISO_8859_1);
            byte[] input =
                    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                    + MadeMessage.chunks(choices, data)
                                    + "\r\n")
                            .getBytes(ISO_8859_1);
            RequestParser parser = new RequestParser(LIMITS);
            RequestLog log = new RequestLog(parser, event -> false);
            assertThat(parser.parse(input, 0, input.length, log)).isEqualTo(input.length);
            assertThat(log.events()).as("begin, head, body, end").isEqualTo(4);
        });
    }

    @Test
    void aParserThatWasResetReadsAsAFreshOne() {
        Property.verify(choices -> {
            byte[] before = anyBytes(choices);
            byte[] input = anyBytes(choices);
            RequestParser parser = new RequestParser(LIMITS);
            boolean pauses = choices.oneIn(2);
            parser.parse(before.clone(), 0, before.length, new RequestLog(parser, at -> pauses));
            parser.reset();
            assertThat(parser.isFresh()).isTrue();
            RequestLog log = new RequestLog(parser, event -> false);
            int consumed = RequestReplay.feed(parser, log, input, cuts(choices));
            assertThat(new Outcome(log.lines(), consumed))
                    .isEqualTo(RequestReplay.whole(LIMITS, input));
        });
    }

    @Test
    void bytesThatWereNotReadAreNotTouched() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            byte[] array = input.clone();
            RequestParser parser = new RequestParser(LIMITS);
            int pauseAt = choices.below(8);
            int read =
                    parser.parse(array, 0, array.length, new RequestLog(parser, e -> e == pauseAt));
            assertThat(Arrays.copyOfRange(array, read, array.length))
                    .isEqualTo(Arrays.copyOfRange(input, read, input.length));
        });
    }

    @Test
    void betweenRequestsTheParserIsIdle() {
        Property.verify(choices -> {
            byte[] input = requests(choices).bytes();
            RequestParser parser = new RequestParser(LIMITS);
            RequestLog log = new RequestLog(parser, event -> false);
            int cut = choices.below(input.length + 1);
            RequestReplay.feed(parser, log, Arrays.copyOf(input, cut), cut);
            boolean isIdle = log.lines().isEmpty() || log.lines().getLast().equals("end");
            assertThat(parser.isBetweenMessages()).isEqualTo(isIdle);
            assertThat(parser.isFresh()).isEqualTo(isIdle);
            boolean isInHead = !isIdle && log.lines().getLast().equals("begin");
            assertThat(parser.isReadingHead()).isEqualTo(isInHead);
        });
    }

    @Test
    void theCaseOfFieldNamesDoesNotMatter() {
        verifyLines((choices, lines) -> {
            lines.replaceAll(line -> {
                int colon = line.indexOf(':');
                String name = line.substring(0, colon);
                String other = choices.of(name.toUpperCase(), name.toLowerCase(), name);
                return other + line.substring(colon);
            });
            return lines;
        });
    }

    @Test
    void blanksAroundValuesDoNotMatter() {
        verifyLines((choices, lines) -> {
            lines.replaceAll(line -> {
                int colon = line.indexOf(':') + 1;
                String blank = choices.of("", " ", "\t", "   ");
                return line.substring(0, colon) + blank + line.substring(colon) + blank;
            });
            return lines;
        });
    }

    @Test
    void theOrderOfFieldsDoesNotMatter() {
        verifyLines((choices, lines) -> {
            Collections.shuffle(lines, new Random(choices.below(1 << 30)));
            return lines;
        });
    }

    @Test
    void emptyLinesInFrontDoNotMatter() {
        Property.verify(choices -> {
            MadeMessage made = requests(choices);
            String text = "\r\n".repeat(choices.below(5)) + made.text();
            Outcome read = RequestReplay.pieces(LIMITS, text.getBytes(ISO_8859_1), cuts(choices));
            assertThat(read.log()).isEqualTo(made.log());
        });
    }

    private static void verifyLines(BiFunction<Choices, List<String>, List<String>> change) {
        Property.verify(choices -> {
            MadeMessage made = MadeMessage.request(choices);
            int start = made.text().indexOf("\r\n") + 2;
            int end = made.text().indexOf("\r\n\r\n");
            List<String> lines =
                    new ArrayList<>(List.of(made.text().substring(start, end).split("\r\n")));
            String text =
                    made.text().substring(0, start)
                            + String.join("\r\n", change.apply(choices, lines))
                            + made.text().substring(end);
            Outcome read = RequestReplay.whole(LIMITS, text.getBytes(ISO_8859_1));
            assertThat(read.log()).as(text).isEqualTo(made.log());
        });
    }
}
