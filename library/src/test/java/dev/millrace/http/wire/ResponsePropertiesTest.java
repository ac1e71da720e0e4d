package dev.millrace.http.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.wire.ResponseReplay.Outcome;
import dev.millrace.testing.Choices;
import dev.millrace.testing.Property;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds of every response, whole or damaged, however it comes. */
class ResponsePropertiesTest {
    private static final WireLimits LIMITS = RequestReplay.LIMITS;
    private static final List<String> FOUR = Collections.nCopies(4, "expect");

    private static MadeMessage responses(Choices choices) {
        MadeMessage made = MadeMessage.response(choices);
        for (int left = choices.below(3); left > 0; left--) {
            made = made.and(MadeMessage.response(choices));
        }
        return made;
    }

    private static byte[] anyBytes(Choices choices) {
        List<byte[]> corpus = List.of(responses(choices).bytes(), responses(choices).bytes());
        return choices.oneIn(2)
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
                1,
                choices.between(16, 300),
                choices.between(1, 8),
                choices.below(30),
                choices.below(60));
    }

    private static Outcome whole(WireLimits limits, byte... input) {
        return ResponseReplay.run(limits, FOUR, input, false, input.length);
    }

    private static boolean isRefused(Outcome outcome) {
        return outcome.log().getLast().startsWith("error ");
    }

    @Test
    void responsesAreReadAsTheyWereMade() {
        Property.verify(choices -> {
            MadeMessage made = responses(choices);
            byte[] input = made.bytes();
            Outcome read = ResponseReplay.run(LIMITS, made.log(), input, false, input.length);
            assertThat(read).as(made.text()).isEqualTo(new Outcome(made.log(), input.length));
        });
    }

    @Test
    void noCutMatters() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            WireLimits limits = choices.oneIn(2) ? limits(choices) : LIMITS;
            assertThat(ResponseReplay.run(limits, FOUR, input, false, cuts(choices)))
                    .isEqualTo(whole(limits, input));
        });
    }

    @Test
    void noPauseMatters() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            Outcome whole = whole(LIMITS, input);
            assertThat(ResponseReplay.run(LIMITS, FOUR, input, true, cuts(choices)))
                    .isEqualTo(whole);
            assertThat(ResponseReplay.pausingOnce(LIMITS, FOUR, input, cuts(choices)))
                    .allMatch(whole::equals);
        });
    }

    @Test
    void aHigherLimitRefusesNothingThatALowerOneReads() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            WireLimits tight = limits(choices);
            WireLimits wide =
                    new WireLimits(
                            1,
                            tight.maxHeaderBytes() + choices.below(300),
                            tight.maxHeaderLines() + choices.below(8),
                            tight.maxChunkExtensionBytes() + choices.below(30),
                            tight.maxBodyBytes() + choices.below(60));
            Outcome low = whole(tight, input);
            Outcome high = whole(wide, input);
            assertThat(high.consumed()).isGreaterThanOrEqualTo(low.consumed());
            if (!isRefused(low)) {
                assertThat(high).isEqualTo(low);
            }
        });
    }

    @Test
    void theVerdictDependsOnNothingBehindTheByteThatIsWrong() {
        Property.verify(choices -> {
            byte[] input = anyBytes(choices);
            WireLimits limits = choices.oneIn(2) ? limits(choices) : LIMITS;
            Outcome whole = whole(limits, input);
            if (isRefused(whole)) {
                int length = Math.min(input.length, whole.consumed() + 1);
                byte[] longer = Arrays.copyOf(input, length + 40);
                Arrays.fill(longer, length, longer.length, (byte) choices.below(256));
                assertThat(whole(limits, Arrays.copyOf(input, length))).isEqualTo(whole);
                assertThat(whole(limits, longer)).isEqualTo(whole);
            }
        });
    }

    @Test
    void noBeginningIsRefusedAndNoneIsComplete() {
        Property.verify(choices -> {
            MadeMessage made = MadeMessage.response(choices);
            byte[] input = made.bytes();
            byte[] begun = Arrays.copyOf(input, choices.below(input.length));
            List<String> wanted = List.of("expect", "close");
            Outcome outcome = ResponseReplay.run(LIMITS, wanted, begun, false, cuts(choices));
            assertThat(outcome.consumed()).isEqualTo(begun.length);
            assertThat(outcome.log()).endsWith("close", "cut off");
        });
    }

    @Test
    void withoutFramingTheCloseEndsAnyBody() {
        Property.verify(choices -> {
            String data = new String(choices.bytes(0, 80), ISO_8859_1);
            byte[] input = ("HTTP/1.1 200 OK\r\n\r\n" + data).getBytes(ISO_8859_1);
            List<String> wanted = List.of("expect", "close");
            List<String> log =
                    ResponseReplay.run(LIMITS, wanted, input, false, cuts(choices)).log();
            assertThat(log).endsWith("close", "end");
            assertThat(log.contains("body " + Escapes.write(data))).isEqualTo(!data.isEmpty());
        });
    }

    @Test
    void aResponseToHeadHasNoBodyWhateverItsFieldsSay() {
        Property.verify(choices -> {
            MadeMessage made = MadeMessage.response(choices);
            int end = made.text().lastIndexOf("HTTP/1.");
            end = made.text().indexOf("\r\n\r\n", end) + 4;
            byte[] head = made.text().substring(0, end).getBytes(ISO_8859_1);
            Outcome read =
                    ResponseReplay.run(LIMITS, List.of("expect HEAD"), head, false, cuts(choices));
            assertThat(read.consumed()).isEqualTo(head.length);
            assertThat(read.log()).endsWith("end").noneMatch(line -> line.startsWith("body"));
        });
    }

    @Test
    void whatIsBehindTheLastResponseStaysUnread() {
        Property.verify(choices -> {
            MadeMessage made = MadeMessage.response(choices);
            String behind = new String(choices.bytes(1, 20), ISO_8859_1);
            byte[] input = (made.text() + behind).getBytes(ISO_8859_1);
            Outcome read =
                    ResponseReplay.run(LIMITS, List.of("expect"), input, false, input.length);
            assertThat(read.consumed()).isEqualTo(made.text().length());
            assertThat(read.log()).endsWith("end", "unasked " + Escapes.write(behind));
        });
    }
}
