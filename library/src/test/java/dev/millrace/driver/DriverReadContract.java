package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.RawClient;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Driver}'s promises about reading (4, 5, 6, 7). */
public abstract class DriverReadContract extends DriverContract {
    /** Sends all of {@code bytes} without waiting for {@code from} to be read. */
    void stream(End from, byte[] bytes) {
        int sent = driver.tryWrite(from.port, bytes, 0, bytes.length);
        assertThat(sent).isBetween(0, bytes.length);
        if (sent < bytes.length) {
            driver.write(from.port, bytes, sent, bytes.length - sent);
        }
    }

    /** Reads one chunk at a time: stops in each callback. */
    private End readingOneByOne(End end) {
        return new End(end.port) {
            @Override
            public void onRead(byte[] array, int offset, int length) {
                super.onRead(array, offset, length);
                driver.readStop(port);
            }
        };
    }

    @Test
    void bytesComeInOrderAndTheEndOnceAfterTheLast() {
        Pair pair = pair();
        pair.server().read();
        pair.client().send("one, ").send("two, ").send("three");
        assertThat(driver.shutdown(pair.client().port)).isZero();
        expect(pair.server(), "end");
        settle();
        assertThat(pair.server().text()).isEqualTo("one, two, three");
        assertThat(pair.server().seen).last().isEqualTo("end");
        assertThat(pair.server().count("end")).isEqualTo(1);
    }

    @Test
    @Tag("E4")
    void readingFromASilentPeerTellsNothing() {
        Pair pair = pair();
        pair.server().read();
        settle();
        assertThat(pair.server().seen).isEmpty();
    }

    @Test
    void aLargeTransferArrivesWhole() {
        Pair pair = pair();
        byte[] bytes = RawClient.pattern(3 << 20);
        pair.server().read();
        stream(pair.client(), bytes);
        expect("every byte", () -> pair.server().received.count() == bytes.length);
        assertThat(pair.server().received.toArray()).isEqualTo(bytes);
        assertThat(pair.client().seen).doesNotContain("end");
    }

    @Test
    void noChunkIsLargerThanPromised() {
        Pair pair = pair();
        byte[] bytes = RawClient.pattern(1 << 20);
        pair.server().read();
        stream(pair.client(), bytes);
        expect("every byte", () -> pair.server().received.count() == bytes.length);
        assertThat(pair.server().seen)
                .allMatch(line ->
                        Integer.parseInt(line.substring("read ".length()))
                                <= Driver.RECEIVE_MAX_BYTES);
    }

    @Test
    void bytesThatCameBeforeTheStartComeAfterIt() {
        Pair pair = pair();
        pair.client().send("early");
        settle();
        assertThat(pair.server().seen).isEmpty();
        pair.server().read();
        expect("the bytes", () -> pair.server().text().equals("early"));
    }

    @Test
    void aStopInsideTheCallbackTakesEffectAtOnceAndLosesNothing() {
        Pair pair = pair();
        byte[] bytes = RawClient.pattern(500_000);
        stream(pair.client(), bytes);
        settle();
        End server = readingOneByOne(pair.server());
        for (int chunks = 1; server.received.count() < bytes.length; chunks++) {
            int expected = chunks;
            server.read();
            expect("a chunk", () -> server.seen.size() >= expected);
            settle();
            assertThat(server.seen).hasSize(chunks);
        }
        assertThat(server.received.toArray()).isEqualTo(bytes);
    }

    @Test
    @Tag("A12")
    void aStopBeforeThePollHoldsBackWhatHasArrived() {
        Pair pair = pair();
        pair.server().read();
        poll();
        pair.client().send("held back");
        driver.readStop(pair.server().port);
        settle();
        assertThat(pair.server().text()).isEmpty();
        pair.server().read();
        expect("the bytes", () -> pair.server().text().equals("held back"));
    }

    @Test
    void stoppingAndStartingWithinOneTurnChangesNothing() {
        Pair pair = pair();
        pair.server().read().read();
        poll();
        driver.readStop(pair.server().port);
        driver.readStop(pair.server().port);
        pair.server().read();
        pair.client().send("x");
        expect("the byte", () -> pair.server().text().equals("x"));
        settle();
        assertThat(pair.server().seen).containsExactly("read 1");
    }

    @Test
    @Tag("R13")
    @Tag("E7")
    @Tag("R22")
    void anEndThatCameWhileStoppedComesAfterTheBytes() {
        Pair pair = pair();
        pair.client().send("before the end");
        driver.shutdown(pair.client().port);
        settle();
        assertThat(pair.server().seen).doesNotContain("end");
        pair.server().read();
        expect(pair.server(), "end");
        assertThat(pair.server().text()).isEqualTo("before the end");
    }

    @Test
    void afterTheEndTheOtherDirectionIsOpen() {
        Pair pair = pair();
        pair.client().read();
        driver.shutdown(pair.client().port);
        pair.server().read();
        expect(pair.server(), "end");
        pair.server().send("still here");
        expect("the answer", () -> pair.client().text().equals("still here"));
        driver.shutdown(pair.server().port);
        expect(pair.client(), "end");
    }

    @Test
    void aResetIsAnErrorOfReading() {
        Pair pair = pair();
        pair.server().read();
        poll();
        driver.reset(pair.client().port);
        expect(pair.server(), "read error ECONNRESET");
        settle();
        assertThat(pair.server().seen)
                .filteredOn(line -> !line.startsWith("peer closed"))
                .containsExactly("read error ECONNRESET");
    }

    /** Two chunks of one readiness land in the same array: the first is the receiver's no more. */
    @Test
    void whatIsLentHoldsTheRightBytesDuringTheCall() {
        Pair pair = pair();
        byte[] bytes = RawClient.pattern(4 * Driver.RECEIVE_MAX_BYTES);
        List<Integer> starts = new ArrayList<>();
        End server =
                new End(pair.server().port) {
                    @Override
                    public void onRead(byte[] array, int offset, int length) {
                        starts.add(received.count());
                        for (int i = 0; i < length; i++) {
                            assertThat(array[offset + i]).isEqualTo(bytes[received.count() + i]);
                        }
                        super.onRead(array, offset, length);
                        java.util.Arrays.fill(array, offset, offset + length, (byte) 0);
                    }
                };
        server.read();
        stream(pair.client(), bytes);
        expect("every byte", () -> server.received.count() == bytes.length);
        assertThat(starts).hasSizeGreaterThan(1);
    }

    @Test
    void aBufferOfTheReceiversKeepsItsBytes() {
        Pair pair = pair();
        List<ByteBuffer> buffers = new ArrayList<>();
        pair.server()
                .port
                .bufferSource(suggested -> {
                    assertThat(suggested).isEqualTo(Driver.RECEIVE_MAX_BYTES);
                    ByteBuffer buffer =
                            ByteBuffer.allocate(20).position(5).limit(12).slice().position(1);
                    buffers.add(buffer);
                    return buffer;
                });
        pair.server().read();
        pair.client().send("0123456789abcdef");
        expect("every byte", () -> pair.server().received.count() == 16);
        assertThat(pair.server().text()).isEqualTo("0123456789abcdef");
        assertThat(pair.server().seen).allMatch(line -> line.matches("read [1-6]"));
        assertThat(buffers.getFirst().array())
                .as("from its position on, and to its limit")
                .startsWith(0, 0, 0, 0, 0, 0, '0', '1')
                .endsWith(0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void withoutABufferNothingIsLost() {
        Pair pair = pair();
        ByteBuffer[] next = {null};
        pair.server().port.bufferSource(suggested -> next[0]);
        pair.server().read();
        pair.client().send("patience");
        expect(pair.server(), "no buffer");
        settle();
        assertThat(pair.server().seen).as("told once").containsExactly("no buffer");
        next[0] = ByteBuffer.allocate(0);
        pair.server().read();
        expect("again", () -> pair.server().count("no buffer") == 2);
        next[0] = ByteBuffer.allocate(100);
        pair.server().read();
        expect("the bytes", () -> pair.server().text().equals("patience"));
    }

    /** Asking for a buffer is a call of the user's code. */
    @Test
    void aStopWhileABufferIsAskedForTakesEffectAtOnce() {
        Pair pair = pair();
        Port port = pair.server().port;
        int[] asked = {0};
        port.bufferSource(suggested -> {
            asked[0]++;
            driver.readStop(port);
            return ByteBuffer.allocate(100);
        });
        pair.server().read();
        pair.client().send("held back");
        expect("the question", () -> asked[0] == 1);
        settle();
        assertThat(pair.server().seen).isEmpty();
        port.bufferSource(null);
        pair.server().read();
        expect("the bytes", () -> pair.server().text().equals("held back"));
    }

    @Test
    void aCloseWhileABufferIsAskedForTakesEffectAtOnce() {
        Pair pair = pair();
        Port port = pair.server().port;
        port.bufferSource(suggested -> {
            driver.close(port);
            return null;
        });
        pair.server().read();
        pair.client().read().send("x");
        expect("the close", () -> !pair.client().seen.isEmpty());
        assertThat(pair.server().seen).isEmpty();
    }

    @Test
    @Tag("E5")
    void aSenderThatNeverPausesDoesNotStarveTheOthers() {
        End listener = accepting();
        Pair flood = pair(listener);
        Pair quiet = pair(listener);
        flood.server().read();
        quiet.server().read();
        byte[] bytes = new byte[4 << 20];
        stream(flood.client(), bytes);
        quiet.client().send("me too");
        expect("the quiet one", () -> quiet.server().text().equals("me too"));
        assertThat(flood.server().received.count()).isLessThan(bytes.length);
    }
}
