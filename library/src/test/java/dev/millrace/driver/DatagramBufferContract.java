package dev.millrace.driver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.BufferSource;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Driver}'s promises about datagrams that are received into a {@link BufferSource}. */
public abstract class DatagramBufferContract extends DatagramFixture {
    @Test
    void whatDoesNotFitTheBufferIsCutAndToldSo() {
        Socket receiver = bound(ANY_PORT);
        ByteBuffer small = ByteBuffer.allocate(10).position(3).limit(8);
        receiver.port.bufferSource(suggested -> small);
        driver.readStart(receiver.port);
        bound(ANY_PORT).send("12345", receiver).send("123456", receiver).send("x", receiver);
        receiver.expect("12345", "12345...", "x");
        assertThat(new String(small.array(), 0, 10, US_ASCII))
                .as("nothing beside the buffer's room")
                .isEqualTo("\0\0\0x2345\0\0");
    }

    @Test
    void withoutABufferNothingIsReadAndNothingIsLost() {
        Socket receiver = bound(ANY_PORT);
        var buffers = new ArrayDeque<>(List.of(ByteBuffer.allocate(8)));
        receiver.port.bufferSource(suggested -> buffers.poll());
        driver.readStart(receiver.port);
        bound(ANY_PORT).send("one", receiver).send("two", receiver);
        receiver.expect("one", "no buffer");
        settle();
        receiver.expect("one", "no buffer");
        buffers.add(ByteBuffer.allocate(8));
        driver.readStart(receiver.port);
        expect("the second", () -> receiver.seen.contains("two"));
    }

    /** Asking for a buffer is a call of the user's code. */
    @Test
    void aStopWhileABufferIsAskedForTakesEffectAtOnce() {
        Socket receiver = bound(ANY_PORT);
        int[] asked = {0};
        receiver.port.bufferSource(suggested -> {
            asked[0]++;
            driver.readStop(receiver.port);
            return ByteBuffer.allocate(8);
        });
        driver.readStart(receiver.port);
        bound(ANY_PORT).send("one", receiver);
        expect("the question", () -> asked[0] == 1);
        settle();
        assertThat(receiver.seen).isEmpty();
        receiver.port.bufferSource(null);
        driver.readStart(receiver.port);
        receiver.expect("one");
    }
}
