package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.files.FoundFile;
import dev.millrace.files.OpenFile;
import dev.millrace.files.PathName;
import dev.millrace.kernel.SystemError;
import dev.millrace.stream.Region;
import dev.millrace.stream.WriteLimit;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts of a file among the bytes of a stream, which the kernel sends by itself. */
@Tag("epoll")
class StreamRegionTest {
    private static final int MIB = 1 << 20;
    private static final int REGIONS = 12;
    private static final int TAIL = 32;
    private static final byte[] CONTENT = RawClient.pattern(REGIONS * MIB);

    @TempDir private Path folder;

    private final StreamPair pair = new StreamPair();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private String tail = "";
    private Path path;
    private OpenFile file;

    @BeforeEach
    void open() throws IOException {
        path = Files.write(folder.resolve("file"), CONTENT);
        try (FoundFile found = FoundFile.find(PathName.of(path))) {
            file = found.open();
        }
    }

    @AfterEach
    void close() throws IOException {
        pair.close();
        file.close();
    }

    private final class Receiving implements StreamEvents {
        @Override
        public void onRead(byte[] array, int offset, int length) {
            received.write(array, offset, length);
            String known = tail + new String(array, offset, length, StandardCharsets.ISO_8859_1);
            tail = known.substring(Math.max(0, known.length() - TAIL));
        }

        @Override
        public void onEnd() {}

        @Override
        public void onError(IOException error) {}

        @Override
        public void onThrown(Throwable thrown) {
            throw new AssertionError(thrown);
        }
    }

    private Region region(long position, int length) {
        return file.region(position, length).orElseThrow();
    }

    private Request told(String name) {
        return new Request(error ->
                pair.journal.add(name + " " + (error == null ? "ok" : SystemError.codeOf(error))));
    }

    private boolean send(String name, long position, int length) {
        return pair.stream.write(region(position, length), told(name));
    }

    private void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        pair.stream.write(bytes, 0, bytes.length, told(text));
    }

    private void peerReads() {
        pair.peer().owner(new Receiving());
        pair.peer().readStart();
    }

    private void expectReceived(int count) {
        LoopFixture.turnUntil(pair.loop, count + " bytes", () -> received.size() >= count);
        pair.turns();
        assertThat(received.size()).isEqualTo(count);
    }

    private String text() {
        return received.toString(StandardCharsets.UTF_8);
    }

    private static String part(int from, int to) {
        return new String(Arrays.copyOfRange(CONTENT, from, to), StandardCharsets.UTF_8);
    }

    private void truncate(long length) throws IOException {
        try (RandomAccessFile writable = new RandomAccessFile(path.toFile(), "rw")) {
            writable.setLength(length);
        }
    }

    /** Regions until one waits. */
    private int sendUntilQueued() {
        int sent = 0;
        while (pair.stream.queuedBytes() == 0) {
            assertThat(send("region " + sent, (long) sent * MIB, MIB)).isTrue();
            sent++;
        }
        assertThat(sent).as("a peer that does not read fills up").isLessThan(REGIONS);
        return sent;
    }

    @Test
    void aRegionLeavesBetweenTheBytesBeforeAndBehindIt() {
        pair.connect();
        peerReads();
        pair.loop.setImmediate(() -> {
            write("<");
            assertThat(send("region", 300, 5)).isTrue();
            write(">");
            assertThat(pair.journal.lines())
                    .as("not from inside the call")
                    .doesNotContain("region ok");
        });
        expectReceived(7);
        assertThat(received.toByteArray())
                .isEqualTo(bytes('<', Arrays.copyOfRange(CONTENT, 300, 305), '>'));
        assertThat(pair.journal.lines()).containsSubsequence("< ok", "region ok", "> ok");
        assertThat(pair.driver.calls("trySendFile")).containsExactly("trySendFile 5");
        assertThat(pair.stream.bytesWritten()).isEqualTo(7);
    }

    private static byte[] bytes(char before, byte[] middle, char after) {
        byte[] all = new byte[middle.length + 2];
        all[0] = (byte) before;
        System.arraycopy(middle, 0, all, 1, middle.length);
        all[all.length - 1] = (byte) after;
        return all;
    }

    @Test
    void whatThePeerDoesNotTakeWaitsAndFollows() {
        pair.connect();
        int sent = sendUntilQueued();
        assertThat(send("last", 5, 10)).as("behind one that waits").isTrue();
        pair.turns();
        assertThat(pair.journal.lines()).doesNotContain("region " + (sent - 1) + " ok", "last ok");
        assertThat(pair.stream.queuedBytes()).isBetween(11L, MIB + 10L);
        peerReads();
        expectReceived(sent * MIB + 10);
        byte[] expected = Arrays.copyOf(CONTENT, sent * MIB + 10);
        System.arraycopy(CONTENT, 5, expected, sent * MIB, 10);
        assertThat(received.toByteArray()).isEqualTo(expected);
        assertThat(pair.journal.lines())
                .containsSubsequence("region 0 ok", "region " + (sent - 1) + " ok", "last ok");
        assertThat(pair.stream.queuedBytes()).isZero();
    }

    @Test
    void onlyBytesCountForTheLimit() {
        pair.connect();
        pair.stream.writeLimit(new WriteLimit(16, WriteLimit.Policy.REFUSE));
        int sent = sendUntilQueued();
        write("0123456789abcdef");
        write("fedcba9876543210");
        // One write, the largest, is free.
        write("!");
        pair.turns();
        assertThat(pair.journal.lines()).contains("! ENOBUFS");
        peerReads();
        expectReceived(sent * MIB + 32);
        assertThat(tail).isEqualTo("0123456789abcdeffedcba9876543210");
    }

    @Test
    void aFileThatBecameShorterFailsItsRegionAlone() throws IOException {
        pair.connect();
        peerReads();
        truncate(300);
        assertThat(send("cut", 0, 1000)).isTrue();
        assertThat(send("gone", 2000, 10)).isTrue();
        write("behind");
        expectReceived(306);
        assertThat(text()).isEqualTo(part(0, 300) + "behind");
        assertThat(pair.journal.lines())
                .containsSubsequence("cut ENODATA", "gone ENODATA", "behind ok");
    }

    @Test
    void aFileThatBecomesShorterWhileItWaitsFailsItsRegionAlone() throws IOException {
        pair.connect();
        int sent = sendUntilQueued();
        write("behind");
        truncate(0);
        peerReads();
        LoopFixture.turnUntil(pair.loop, "the end", () -> tail.endsWith("behind"));
        int kept = received.size() - "behind".length();
        assertThat(kept).isBetween(MIB, sent * MIB - 1);
        assertThat(pair.journal.lines()).contains("region " + (sent - 1) + " ENODATA");
    }

    /** Its number may be another file's by now. */
    @Test
    void aFileThatWasClosedIsNotSent() throws IOException {
        pair.connect();
        peerReads();
        Region region = region(0, 10);
        file.close();
        try (RandomAccessFile other = new RandomAccessFile(path.toFile(), "r")) {
            assertThat(other.length()).isPositive();
            assertThat(pair.stream.write(region, told("closed"))).isTrue();
            write("behind");
            expectReceived(6);
        }
        assertThat(pair.journal.lines()).contains("closed ENODATA");
    }

    @Test
    void whatWaitsWhenTheStreamClosesIsCanceled() {
        pair.connect();
        int sent = sendUntilQueued();
        pair.stream.onClose(() -> pair.journal.add("closed"));
        pair.stream.close();
        pair.turns();
        assertThat(pair.journal.lines())
                .containsSubsequence("region " + (sent - 1) + " ECANCELED", "closed");
    }

    @Test
    void aPeerThatResetsFailsWhatWaitsAndWhatComes() {
        pair.connect();
        int sent = sendUntilQueued();
        pair.peer().reset();
        LoopFixture.turnUntil(
                pair.loop,
                "the error",
                () -> pair.journal.lines().stream().anyMatch(line -> line.startsWith("error ")));
        String failed = " ECONNRESET";
        assertThat(pair.journal.lines()).contains("region " + (sent - 1) + failed);
        assertThat(send("late", 0, 10)).isTrue();
        pair.turns();
        assertThat(pair.journal.lines()).contains("late" + failed);
    }

    @Test
    void whereItCantBeDoneNothingIsDone() {
        assertThat(send("early", 0, 10)).as("without a connection").isFalse();
        pair.connect();
        assertThat(pair.stream.write(() -> 10, told("foreign"))).isFalse();
        pair.turns();
        assertThat(pair.journal.lines()).noneMatch(line -> line.matches("(early|foreign) .*"));
        assertThat(pair.stream.bytesWritten()).isZero();
        pair.stream.shutdown(told("shutdown"));
        assertThatThrownBy(() -> send("late", 0, 10))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("write after end");
    }
}
