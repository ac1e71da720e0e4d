package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.BufferSource;
import dev.millrace.testing.RawClient;
import dev.millrace.testing.RecordedEvents;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How bytes come in: in which portions, into whose buffers, and when not. */
class StreamReadTest {
    private static final int MIB = 1 << 20;

    private final StreamPair pair = new StreamPair().connect();
    private final StreamHandle stream = pair.stream;
    private final StreamHandle peer = pair.peer();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final List<Integer> lengths = new ArrayList<>();

    @AfterEach
    void close() {
        pair.close();
    }

    /** Collects what is read; {@code afterEach} gets the number of reads so far. */
    private void collect(IntConsumer afterEach) {
        RecordedEvents rest = new RecordedEvents(pair.journal);
        stream.owner(
                new StreamEvents() {
                    @Override
                    public void onRead(byte[] array, int offset, int length) {
                        received.write(array, offset, length);
                        lengths.add(length);
                        afterEach.accept(lengths.size());
                    }

                    @Override
                    public void onNoBuffer(IOException error) {
                        pair.journal.add("none " + error.getMessage());
                    }

                    @Override
                    public void onEnd() {
                        rest.onEnd();
                    }

                    @Override
                    public void onError(IOException error) {
                        rest.onError(error);
                    }

                    @Override
                    public void onThrown(Throwable thrown) {
                        rest.onThrown(thrown);
                    }
                });
    }

    private void send(int count) {
        byte[] pattern = RawClient.pattern(count);
        peer.writeOwned(pattern, 0, count, null);
        peer.shutdown(pair.told("peer's shutdown"));
    }

    private void assertReceived(int count) {
        assertThat(received.size()).isEqualTo(count);
        assertThat(RawClient.isPattern(received.toByteArray())).isTrue();
        assertThat(stream.bytesRead()).isEqualTo(count);
    }

    @Test
    @Tag("E2")
    void aReadTakesAtMost64KiB() {
        collect(count -> {});
        stream.readStart();
        send(4 * MIB);
        pair.runUntil("end");
        assertReceived(4 * MIB);
        assertThat(lengths).allMatch(length -> length <= Driver.RECEIVE_MAX_BYTES);
        assertThat(lengths).contains(Driver.RECEIVE_MAX_BYTES);
    }

    @Test
    @Tag("E2")
    void buffersOfTheUsersOwnMayBeLargerOrSmallerAndKeepTheBytes() {
        List<ByteBuffer> given = new ArrayList<>();
        collect(count -> {});
        int[] sizes = {1, 200, 256 * 1024};
        stream.bufferSource(suggested -> {
            assertThat(suggested).isEqualTo(64 * 1024);
            ByteBuffer buffer = ByteBuffer.allocate(sizes[given.size() % 3] + 5).position(5);
            given.add(buffer);
            return buffer;
        });
        send(4 * MIB);
        pair.turns();
        stream.readStart();
        pair.runUntil("end");
        assertReceived(4 * MIB);
        assertThat(lengths).contains(1, 200);
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        for (int i = 0; i < lengths.size(); i++) {
            kept.write(given.get(i).array(), 5, lengths.get(i));
        }
        assertThat(RawClient.isPattern(kept.toByteArray()))
                .as("nobody overwrites them afterwards")
                .isTrue();
    }

    /** Where a driver can; NIO copies through a buffer of its own. */
    @Test
    @Tag("E2")
    @Tag("epoll")
    void aLargerBufferIsFilledByOneRead() {
        collect(count -> {});
        stream.bufferSource(suggested -> ByteBuffer.allocate(256 * 1024));
        // Enough must wait that one can be filled beyond 64 KiB.
        send(4 * MIB);
        pair.turns();
        stream.readStart();
        pair.runUntil("end");
        assertReceived(4 * MIB);
        assertThat(lengths).anyMatch(length -> length > 64 * 1024);
    }

    @Test
    @Tag("E2")
    void theSourceMayBeChosenBeforeTheConnectionAndGivenUpAfter() {
        byte[] own = new byte[100];
        StreamHandle early = new StreamHandle(pair.loop, new RecordedEvents(pair.journal));
        early.bufferSource(suggested -> ByteBuffer.wrap(own));
        early.connect(pair.listener.localAddress(), pair.told("early"));
        pair.runUntil("early ok");
        early.readStart();
        pair.turns();
        StreamHandle accepted = pair.lastPeer();
        accepted.write(RawClient.pattern(3), 0, 3, null);
        pair.turns();
        assertThat(own).startsWith(RawClient.pattern(3));
        early.bufferSource(null);
        accepted.write(new byte[] {9, 9, 9}, 0, 3, null);
        pair.turns();
        assertThat(own).startsWith(RawClient.pattern(3));
        assertThat(early.bytesRead()).isEqualTo(6);
    }

    @Test
    @Tag("E3")
    @Tag("R24")
    void aSourceWithoutABufferYieldsEnobufsAndLosesNothing() {
        int[] asked = {0};
        ByteBuffer[] answers = {null, ByteBuffer.allocate(0), ByteBuffer.allocate(4096)};
        BufferSource source =
                suggested -> {
                    ByteBuffer answer = answers[Math.min(asked[0]++, 2)];
                    return answer == null ? null : answer.duplicate();
                };
        String none = "none read ENOBUFS " + pair.listener.localAddress();
        collect(count -> {});
        stream.bufferSource(source);
        stream.readStart();
        send(10_000);
        pair.runUntil(none);
        pair.turns();
        assertThat(asked[0]).as("not asked again by itself").isEqualTo(1);
        assertThat(stream.isActive()).as("it does not read any more").isFalse();

        stream.readStart();
        pair.turns();
        assertThat(pair.journal.count(none)).isEqualTo(2);
        assertThat(stream.bytesRead()).isZero();

        stream.readStart();
        pair.runUntil("end");
        assertReceived(10_000);
        assertThat(pair.journal.lines()).noneMatch(line -> line.startsWith("error"));
    }

    @Test
    @Tag("R23")
    void stoppingInsideTheCallbackStopsAtOnce() {
        collect(count -> stream.readStop());
        send(MIB);
        for (int reads = 1; reads <= 5; reads++) {
            stream.readStart();
            pair.turns();
            assertThat(lengths).hasSize(reads);
        }
        collect(count -> {});
        stream.readStart();
        pair.runUntil("end");
        assertReceived(MIB);
    }

    @Test
    @Tag("R23")
    void stoppingAndStartingInsideTheCallbackReadsOn() {
        collect(count -> {
            stream.readStop();
            stream.readStart();
        });
        send(MIB);
        stream.readStart();
        pair.runUntil("end");
        assertReceived(MIB);
    }

    @Test
    @Tag("R21")
    void theEndIsToldOnceHoweverOftenReadingStartsAgain() {
        collect(count -> {});
        stream.readStart();
        send(10);
        pair.runUntil("end");
        for (int i = 0; i < 3; i++) {
            stream.readStop();
            stream.readStart();
            pair.turns();
        }
        assertThat(pair.journal.count("end")).isEqualTo(1);
        assertThat(stream.isActive()).isFalse();
        stream.write(RawClient.pattern(5), 0, 5, pair.told("write after the end"));
        pair.turns();
        assertThat(pair.journal.lines()).last().isEqualTo("write after the end ok");
    }

    @Test
    @Tag("E9")
    void theCountOfBytesReadSurvivesTheClose() {
        collect(count -> {});
        stream.readStart();
        send(MIB);
        pair.runUntil("end");
        stream.close();
        pair.turns();
        assertThat(stream.isClosed()).isTrue();
        assertReceived(MIB);
    }

    @Test
    @Tag("E6")
    void aReaderIsServedWhileAWriteWaitsAndAWriterWhileNobodyReads() {
        int writes = pair.writeUntilQueued();
        peer.write(RawClient.pattern(10), 0, 10, null);
        collect(count -> {});
        stream.readStart();
        pair.turns();
        assertThat(stream.bytesRead()).isEqualTo(10);
        assertThat(stream.queuedBytes()).as("the peer takes nothing").isPositive();

        stream.readStop();
        peer.write(RawClient.pattern(10), 0, 10, null);
        peer.readStart();
        pair.runUntil("write " + writes + " ok");
        assertThat(stream.bytesRead()).as("nobody reads").isEqualTo(10);
    }
}
