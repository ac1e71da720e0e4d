package dev.millrace.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged messages by the hundred thousand, from fixed seeds: no exception, no cut that matters.
 */
class RequestParserFuzzTest {

    private static final int MESSAGES = 150_000;

    /** Small enough that damaged messages run into them. */
    private static final WireLimits TIGHT = new WireLimits(24, 150, 5, 12, 40);

    @Tag("X35")
    @Test
    void damagedMessagesGetTheSameVerdictHoweverTheyAreCut() {
        int accepted = run(9112, RequestReplay.LIMITS);
        // Both kinds must be there, or the mutations are too weak or too strong to prove anything.
        assertThat(accepted).isBetween(MESSAGES / 20, MESSAGES / 2);
    }

    @Tag("X35")
    @Test
    void limitsStrikeAtTheSameByteHoweverMessagesAreCut() {
        int accepted = run(9110, TIGHT);
        assertThat(accepted).isBetween(MESSAGES / 40, MESSAGES / 2);
    }

    private static int run(long seed, WireLimits limits) {
        List<byte[]> corpus =
                GoldenSample.in("request").stream()
                        .filter(sample -> !sample.isRefused())
                        .map(GoldenSample::input)
                        .toList();
        RequestMutator mutator = new RequestMutator(seed, corpus);
        int accepted = 0;
        for (int i = 0; i < MESSAGES; i++) {
            byte[] message = mutator.next();
            RequestReplay.Outcome whole = RequestReplay.whole(limits, message);
            int[] cuts = {mutator.cut(message.length), mutator.cut(message.length), message.length};
            assertSame(message, whole, RequestReplay.pieces(limits, message, cuts));
            if (i % 8 == 0) {
                assertSame(message, whole, RequestReplay.pieces(limits, message, 1));
                assertSame(message, whole, RequestReplay.pausing(limits, message, cuts));
            }
            accepted += whole.consumed() == message.length ? 1 : 0;
        }
        return accepted;
    }

    private static void assertSame(
            byte[] message, RequestReplay.Outcome whole, RequestReplay.Outcome cut) {
        if (!whole.equals(cut)) {
            String text = new String(message, StandardCharsets.ISO_8859_1);
            assertThat(cut).as(Escapes.write(text)).isEqualTo(whole);
        }
    }
}
