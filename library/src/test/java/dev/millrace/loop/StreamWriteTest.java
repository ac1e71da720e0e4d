package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Writing without a queue, what is counted, and how the write side ends. */
class StreamWriteTest {
    private static final byte[] TEN = RawClient.pattern(10);

    private final StreamPair pair = new StreamPair();
    private final StreamHandle stream = pair.stream;

    @AfterEach
    void close() {
        pair.close();
    }

    private List<String> told(String prefix) {
        return pair.journal.lines().stream().filter(line -> line.startsWith(prefix)).toList();
    }

    @Test
    @Tag("F3")
    void tryWriteSendsAtOnceAndQueuesNothing() {
        assertThat(stream.tryWrite(TEN, 0, 10)).as("no connection yet").isZero();
        pair.connect();
        pair.driver.calls().clear();
        assertThat(stream.tryWrite(TEN, 2, 5)).isEqualTo(5);
        assertThat(pair.driver.calls("tryWrite")).containsExactly("tryWrite 5");
        assertThat(stream.bytesWritten()).isEqualTo(5);

        byte[] mib = new byte[1 << 20];
        long taken = 5;
        int last;
        do {
            last = stream.tryWrite(mib, 0, mib.length);
            taken += last;
        } while (last > 0);
        assertThat(stream.queuedBytes()).as("a full kernel queues nothing here").isZero();
        assertThat(stream.bytesWritten()).isEqualTo(taken);
        assertThat(pair.driver.calls("write")).isEmpty();

        pair.peer().readStart();
        long expected = taken;
        LoopFixture.turnUntil(pair.loop, "all of it", () -> pair.peer().bytesRead() == expected);
        assertThat(stream.tryWrite(TEN, 0, 10)).isEqualTo(10);
    }

    @Test
    @Tag("F3")
    void tryWriteKeepsTheOrderAndStandsBackBehindAQueue() {
        pair.connect();
        pair.peer().readStart();
        pair.loop.setImmediate(() -> {
            stream.write(TEN, 0, 4, null);
            assertThat(stream.tryWrite(TEN, 4, 6)).isEqualTo(6);
            pair.journal.add("both");
        });
        pair.runUntil("both");
        LoopFixture.turnUntil(pair.loop, "ten", () -> pair.peer().bytesRead() == 10);
        assertThat(String.join("", pair.peerJournal.lines()).replace("read ", ""))
                .isEqualTo(new String(TEN, java.nio.charset.StandardCharsets.UTF_8));

        pair.peer().readStop();
        pair.writeUntilQueued();
        long written = stream.bytesWritten();
        assertThat(stream.tryWrite(TEN, 0, 10)).isZero();
        assertThat(stream.bytesWritten()).isEqualTo(written);
    }

    @Test
    @Tag("F3")
    @Tag("F7")
    void tryWriteThatFailsIsToldLaterAndOnce() {
        pair.connect();
        pair.peer().reset();
        pair.turns();
        assertThat(stream.tryWrite(TEN, 0, 10)).isZero();
        assertThat(told("error")).as("not from inside the call").isEmpty();
        pair.turns();
        assertThat(told("error")).hasSize(1).first().asString().startsWith("error write E");
        assertThat(stream.isWritable()).isFalse();
        stream.close();
        assertThatThrownBy(() -> stream.tryWrite(TEN, 0, 10)).hasMessage("write after close");
    }

    @Test
    @Tag("F6")
    void whatIsWrittenAndWhatWaitsIsCounted() {
        stream.write(TEN, 0, 10, null);
        assertThat(stream.bytesWritten()).as("before the connection as well").isEqualTo(10);
        assertThat(stream.queuedBytes()).isEqualTo(10);
        pair.connect();
        assertThat(stream.queuedBytes()).isZero();
        int writes = pair.writeUntilQueued();
        stream.write(TEN, 0, 10, pair.told("last"));
        long written = 10 + writes * 256L * 1024 + 10;
        assertThat(stream.bytesWritten()).isEqualTo(written);
        assertThat(stream.queuedBytes()).isBetween(11L, 256L * 1024 + 10);
        pair.peer().readStart();
        pair.runUntil("last ok");
        LoopFixture.turnUntil(pair.loop, "all of it", () -> pair.peer().bytesRead() == written);
        assertThat(stream.queuedBytes()).isZero();
        stream.close();
        assertThat(stream.bytesWritten()).isEqualTo(written);
    }

    @Test
    @Tag("F1")
    void whatIsWrittenInTheCallbackThatClosesLeavesBeforeTheEnd() {
        pair.connect();
        pair.peer().readStart();
        pair.loop.setImmediate(() -> {
            stream.write(TEN, 0, 4, null);
            stream.write(TEN, 4, 6, pair.told("write"));
            stream.close();
        });
        LoopFixture.turnUntil(pair.loop, "the end", () -> pair.peerJournal.lines().contains("end"));
        assertThat(pair.peer().bytesRead()).isEqualTo(10);
        assertThat(told("write")).containsExactly("write ok");
    }

    /** More than the gather array holds: it is sent on the way, and nothing is out of place. */
    @Test
    @Tag("F2")
    void moreThanIsGatheredAtOnceLeavesInItsOrder() {
        pair.connect();
        pair.peer().readStart();
        byte[] pattern = "abcdefghijklmnopqrs".repeat(6 * 1024).getBytes(StandardCharsets.UTF_8);
        pair.loop.setImmediate(() -> {
            for (int at = 0; at < pattern.length; at += 12 * 1024) {
                stream.write(pattern, at, Math.min(12 * 1024, pattern.length - at), null);
            }
            stream.write(TEN, 0, 10, pair.told("last"));
        });
        pair.runUntil("last ok");
        LoopFixture.turnUntil(
                pair.loop, "all of it", () -> pair.peer().bytesRead() == pattern.length + 10);
        assertThat(pair.journal.lines()).noneMatch(line -> line.startsWith("thrown"));
        String sent = new String(pattern, StandardCharsets.UTF_8);
        assertThat(String.join("", pair.peerJournal.lines()).replace("read ", ""))
                .isEqualTo(sent + new String(TEN, StandardCharsets.UTF_8));
    }

    /** As if they had been written in one callback of a stream that is connected. */
    @Test
    @Tag("F2")
    void smallWritesThatWaitedLeaveInOneSendWhoseverTheirBytesAre() {
        for (int i = 0; i < 5; i++) {
            stream.writeOwned(TEN, 2 * i, 2, pair.told("write " + i));
        }
        pair.connect();
        pair.peer().readStart();
        pair.runUntil("write 4 ok");
        LoopFixture.turnUntil(pair.loop, "all of it", () -> pair.peer().bytesRead() == 10);
        assertThat(pair.driver.calls("tryWrite")).containsExactly("tryWrite 10");
        assertThat(told("write")).hasSize(5).allMatch(line -> line.endsWith("ok"));
        String sent = new String(TEN, StandardCharsets.UTF_8);
        assertThat(pair.peerJournal.lines()).containsExactly("read " + sent);
    }

    @Test
    @Tag("F7")
    @Tag("X64")
    void aWriteThatFailsTellsEveryWriteAndTheOwnerOnce() {
        pair.connect();
        int writes = pair.writeUntilQueued();
        stream.write(TEN, 0, 10, pair.told("waits"));
        stream.shutdown(pair.told("shutdown"));
        stream.onClose(pair.journal.line("closed"));
        pair.peer().reset();
        LoopFixture.turnUntil(pair.loop, "the error", () -> !told("error").isEmpty());
        stream.close();
        pair.runUntil("closed");
        String where = " " + pair.listener.localAddress();
        assertThat(told("error")).containsExactly("error write ECONNRESET" + where);
        assertThat(told("write " + writes + " "))
                .containsExactly("write " + writes + " write ECONNRESET" + where);
        assertThat(told("waits")).containsExactly("waits write ECONNRESET" + where);
        assertThat(told("shutdown")).containsExactly("shutdown shutdown ECONNRESET" + where);
        assertThat(pair.journal.lines()).last().isEqualTo("closed");
        assertThat(pair.journal.count("closed")).isEqualTo(1);
    }

    /** A request that writes its outcome down, and what was deferred by it. */
    private Request told(String name, Runnable then) {
        return new Request(error -> {
            pair.journal.add(name + (error == null ? " ok" : " failed"));
            pair.loop.nextTick(pair.journal.line("tick of " + name));
            then.run();
        });
    }

    @Test
    @Tag("R4")
    @Tag("R7")
    void betweenTwoWritesThatFailComesWhatTheFirstDeferred() {
        pair.connect();
        pair.writeUntilQueued();
        stream.write(TEN, 0, 10, told("first", () -> {}));
        stream.write(TEN, 0, 10, told("second", () -> {}));
        stream.shutdown(told("shutdown", () -> {}));
        pair.peer().reset();
        LoopFixture.turnUntil(pair.loop, "the error", () -> !told("error").isEmpty());
        List<String> lines = pair.journal.lines();
        assertThat(lines.subList(lines.indexOf("first failed"), lines.size() - 1))
                .containsExactly(
                        "first failed",
                        "tick of first",
                        "second failed",
                        "tick of second",
                        "shutdown failed",
                        "tick of shutdown");
        assertThat(lines).last().asString().startsWith("error write ECONNRESET");
    }

    @Test
    @Tag("R7")
    void aWriteThatFailsAndClosesItsStreamDoesNotHideFromTheOthersWhy() {
        pair.connect();
        pair.writeUntilQueued();
        stream.onClose(pair.journal.line("closed"));
        Request again = pair.told("again");
        Runnable then =
                () -> {
                    assertThat(stream.write(TEN, 0, 10, again)).isFalse();
                    stream.close();
                };
        stream.write(TEN, 0, 10, told("first", then));
        stream.write(TEN, 0, 10, pair.told("second"));
        pair.peer().reset();
        pair.runUntil("closed");
        String why = " write ECONNRESET " + pair.listener.localAddress();
        List<String> lines = pair.journal.lines();
        assertThat(lines.subList(lines.indexOf("first failed"), lines.size()))
                .containsExactly(
                        "first failed", "tick of first", "second" + why, "again" + why, "closed");
        assertThat(told("error")).as("it is closed").isEmpty();
        assertThat(pair.journal.lines()).last().isEqualTo("closed");
    }

    @Test
    @Tag("R20")
    void shutdownWaitsForTheQueueAndASecondOneIsEnotconn() {
        pair.connect();
        int writes = pair.writeUntilQueued();
        stream.shutdown(pair.told("shutdown"));
        stream.shutdown(pair.told("again"));
        pair.turns();
        String where = " " + pair.listener.localAddress();
        assertThat(told("again")).containsExactly("again shutdown ENOTCONN" + where);
        assertThat(told("shutdown")).as("bytes are waiting").isEmpty();
        assertThat(pair.driver.calls("shutdown")).isEmpty();
        pair.peer().readStart();
        pair.runUntil("shutdown ok");
        assertThat(told("write " + writes + " ")).containsExactly("write " + writes + " ok");
        LoopFixture.turnUntil(pair.loop, "the end", () -> pair.peerJournal.count("end") == 1);
        assertThat(pair.peer().bytesRead()).isEqualTo(writes * 256L * 1024);
    }

    @Test
    @Tag("R20")
    void closingDuringShutdownCancelsIt() {
        pair.connect();
        pair.writeUntilQueued();
        stream.shutdown(pair.told("shutdown"));
        stream.onClose(pair.journal.line("closed"));
        stream.close();
        pair.runUntil("closed");
        String where = " " + pair.listener.localAddress();
        assertThat(told("shutdown")).containsExactly("shutdown shutdown ECANCELED" + where);
        assertThat(pair.journal.lines()).last().isEqualTo("closed");
    }

    @Test
    @Tag("R20")
    void aShutdownAfterCloseIsEnotconn() {
        pair.connect();
        stream.close();
        stream.shutdown(pair.told("shutdown"));
        pair.turns();
        String where = " " + pair.listener.localAddress();
        assertThat(told("shutdown")).containsExactly("shutdown shutdown ENOTCONN" + where);
    }

    @Test
    @Tag("R22")
    void bothEndsMayShutDownAtOnceAndEachHearsTheOthersBytesAndEnd() {
        pair.connect();
        stream.readStart();
        pair.peer().readStart();
        stream.write(TEN, 0, 1, null);
        pair.peer().write(TEN, 0, 1, null);
        stream.shutdown(pair.told("ours"));
        pair.peer().shutdown(pair.told("theirs"));
        pair.runUntil("ours ok");
        pair.runUntil("theirs ok");
        pair.runUntil("end");
        pair.turns();
        String byteRead = "read " + (char) TEN[0];
        assertThat(told("read")).containsExactly(byteRead);
        assertThat(pair.peerJournal.lines()).containsExactly(byteRead, "end");
        assertThat(pair.journal.count("end")).isEqualTo(1);
    }
}
