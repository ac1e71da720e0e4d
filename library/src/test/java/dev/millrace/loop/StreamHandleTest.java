package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RecordedEvents;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Both ends on one loop; the accepted end is {@link #peer}. */
class StreamHandleTest {
    static final StreamEvents NOBODY = new RecordedEvents(new Journal());
    private static final Address NOWHERE = UnixAddress.of("/nowhere/at/all");
    private static final byte[] TEN =
            "0123456789".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    private final StreamPair pair = new StreamPair();
    private final RecordingDriver driver = pair.driver;
    private final Loop loop = pair.loop;
    private final Journal journal = pair.journal;
    private final Journal peerJournal = pair.peerJournal;
    private final ListenHandle listener = pair.listener;
    private final StreamHandle stream = pair.stream;

    @AfterEach
    void close() {
        pair.close();
    }

    private StreamHandle peer() {
        return pair.peer();
    }

    private Request told(String name) {
        return pair.told(name);
    }

    private void connect() {
        pair.connect();
    }

    private void runUntil(String line) {
        pair.runUntil(line);
    }

    private int writeUntilQueued() {
        return pair.writeUntilQueued();
    }

    @Test
    @Tag("B1")
    void aRequestIsFreeAgainInItsCallback() {
        connect();
        Request[] request = new Request[1];
        request[0] =
                new Request(error -> {
                    int count = (Integer) request[0].data();
                    journal.add("outcome " + count);
                    assertThat(request[0].kind()).isNull();
                    if (count > 1) {
                        stream.write(TEN, 0, 10, request[0].data(count - 1));
                    }
                });
        stream.write(TEN, 0, 10, request[0].data(3));
        assertThat(request[0].kind()).isEqualTo(Request.Kind.WRITE);
        assertThatThrownBy(() -> stream.write(TEN, 0, 10, request[0]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the request is in use: a WRITE has not ended yet");
        runUntil("outcome 1");
        assertThat(journal.lines()).containsSubsequence("outcome 3", "outcome 2", "outcome 1");
    }

    @Test
    @Tag("B4")
    void connectWriteAndShutdownEndOnceEach() {
        connect();
        stream.write(TEN, 0, 10, told("write"));
        stream.shutdown(told("shutdown"));
        stream.onClose(journal.line("closed"));
        runUntil("shutdown ok");
        stream.close();
        runUntil("closed");
        assertThat(journal.lines())
                .containsExactlyInAnyOrder(
                        "accepted", "connect ok", "write ok", "shutdown ok", "closed");
        assertThat(journal.lines())
                .containsSubsequence("connect ok", "write ok", "shutdown ok", "closed");
    }

    /** By that a request may be used again, for a stream that stays open. */
    @Test
    @Tag("F8")
    void beforeACloseIsSaidOfOneShutdown() {
        connect();
        Request request = new Request(error -> journal.add("ended"));
        stream.write(TEN, 0, 10, request.beforeClose());
        runUntil("ended");
        stream.shutdown(request);
        pair.loop.setImmediate(() -> pair.loop.setImmediate(journal.line("two turns")));
        runUntil("two turns");
        assertThat(pair.driver.calls("shutdown")).hasSize(1);
    }

    @Test
    @Tag("R8")
    @Tag("R9")
    @Tag("A11")
    void aConnectThatFailsAtOnceIsToldLaterAndOnce() {
        stream.onClose(journal.line("closed"));
        stream.loop().setImmediate(journal.line("check phase"));
        stream.connect(NOWHERE, told("connect"));
        stream.loop().nextTick(journal.line("tick"));
        journal.add("connect returned");
        runUntil("connect connect ENOENT /nowhere/at/all");
        stream.close();
        runUntil("closed");
        assertThat(journal.lines())
                .containsExactly(
                        "connect returned",
                        "tick",
                        "connect connect ENOENT /nowhere/at/all",
                        "check phase",
                        "closed");
    }

    @Test
    @Tag("R8")
    void aConnectThatIsUnderWayEndsWithEcanceledBeforeClose() {
        stream.onClose(journal.line("closed"));
        stream.connect(listener.localAddress(), told("connect"));
        stream.close();
        assertThat(journal.lines()).isEmpty();
        runUntil("closed");
        String where = listener.localAddress().toString();
        assertThat(journal.lines())
                .filteredOn(line -> !line.equals("accepted"))
                .containsExactly("connect connect ECANCELED " + where, "closed");
    }

    @Test
    @Tag("R8")
    void aConnectThatFailedAtOnceAndIsClosedIsCancelledOnce() {
        stream.onClose(journal.line("closed"));
        stream.connect(NOWHERE, told("connect"));
        stream.close();
        runUntil("closed");
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines())
                .containsExactly("connect connect ECANCELED /nowhere/at/all", "closed");
    }

    @Test
    @Tag("C16")
    void aFailedStreamMayConnectAgainAndAConnectedOneMayNot() {
        stream.connect(NOWHERE, told("first"));
        assertThatThrownBy(() -> stream.connect(NOWHERE, told("x")))
                .hasMessage("already connecting");
        runUntil("first connect ENOENT /nowhere/at/all");
        Port failed = stream.port();
        connect();
        assertThat(stream.port()).as("a socket of its own").isNotSameAs(failed);
        assertThat(failed.events()).as("the first one is closed").isSameAs(PortEvents.NONE);
        assertThatThrownBy(() -> stream.connect(NOWHERE, told("x")))
                .hasMessage("already connected");
        stream.close();
        assertThatThrownBy(() -> stream.connect(NOWHERE, told("x")))
                .hasMessage("the stream is closed");
    }

    @Test
    @Tag("B5")
    void anErrorOfBindShowsAtConnect() {
        stream.bind(listener.localAddress());
        stream.connect(listener.localAddress(), told("connect"));
        assertThat(journal.lines()).isEmpty();
        loop.run(RunMode.ONCE);
        assertThat(journal.lines().getFirst()).contains("EADDRINUSE");
    }

    @Test
    @Tag("F1")
    @Tag("R7")
    void writesThatHaveToWaitEndInOrder() {
        connect();
        int writes = writeUntilQueued();
        assertThat(journal.lines())
                .as("not before the calls returned")
                .noneMatch(l -> l.startsWith("write"));
        for (int more = 1; more <= 10; more++) {
            stream.write(TEN, 0, 10, told("write " + (writes + more)));
        }
        loop.run(RunMode.NOWAIT);
        assertThat(journal.count("write " + writes + " ok")).as("the kernel is full").isZero();
        peer().readStart();
        runUntil("write " + (writes + 10) + " ok");
        List<String> told =
                journal.lines().stream().filter(line -> line.startsWith("write ")).toList();
        assertThat(told).hasSize(writes + 10);
        for (int i = 0; i < told.size(); i++) {
            assertThat(told.get(i)).isEqualTo("write " + (i + 1) + " ok");
        }
        assertThat(stream.queuedBytes()).isZero();
    }

    @Test
    @Tag("F5")
    void anOutcomeNeverComesBeforeTheCallReturned() {
        connect();
        stream.write(TEN, 0, 10, told("small"));
        stream.writeOwned(new byte[20_000], 0, 20_000, told("large"));
        assertThat(stream.queuedBytes()).as("the kernel has both already").isZero();
        journal.add("returned");
        runUntil("large ok");
        assertThat(journal.lines()).containsSubsequence("returned", "small ok", "large ok");
    }

    @Test
    @Tag("F2")
    void fiveWritesOfOneCallbackLeaveInOneSend() {
        connect();
        driver.calls().clear();
        loop.setImmediate(() -> {
            for (int i = 0; i < 5; i++) {
                stream.write(TEN, 0, 10, i == 4 ? told("fifth") : null);
            }
        });
        runUntil("fifth ok");
        assertThat(driver.calls("tryWrite")).containsExactly("tryWrite 50");
        assertThat(driver.calls("write")).isEmpty();
    }

    @Test
    @Tag("F8")
    void aSecondShutdownIsEnotconn() {
        connect();
        stream.shutdown(told("first"));
        stream.shutdown(told("second"));
        assertThat(journal.count("first ok")).isZero();
        runUntil("first ok");
        loop.run(RunMode.NOWAIT);
        String where = " " + listener.localAddress();
        assertThat(journal.lines()).contains("second shutdown ENOTCONN" + where);
        assertThatThrownBy(() -> stream.write(TEN, 0, 10, null)).hasMessage("write after end");
        assertThat(driver.calls("shutdown")).hasSize(1);
    }

    @Test
    void aShutdownWithoutAConnectionIsEnotconn() {
        stream.shutdown(told("shutdown"));
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("shutdown shutdown ENOTCONN");
    }

    @Test
    @Tag("F10")
    @Tag("R7")
    void closingEndsWhatWaitsWithEcanceledBeforeTheCloseCallback() {
        connect();
        int writes = writeUntilQueued();
        stream.write(TEN, 0, 10, told("last write"));
        stream.shutdown(told("shutdown"));
        stream.onClose(journal.line("closed"));
        stream.close();
        runUntil("closed");
        String where = " " + listener.localAddress();
        assertThat(journal.lines())
                .endsWith(
                        "write " + writes + " write ECANCELED" + where,
                        "last write write ECANCELED" + where,
                        "shutdown shutdown ECANCELED" + where,
                        "closed");
        assertThat(journal.lines()).filteredOn(line -> line.endsWith(" ok")).hasSize(writes);
    }

    @Test
    @Tag("R6")
    void nothingFollowsTheCloseCallback() {
        connect();
        stream.readStart();
        peer().write(TEN, 0, 10, null);
        stream.onClose(journal.line("closed"));
        loop.setImmediate(() -> {
            stream.shutdown(told("shutdown"));
            stream.shutdown(told("refused"));
            stream.close();
        });
        runUntil("closed");
        for (int turn = 0; turn < 3; turn++) {
            loop.run(RunMode.NOWAIT);
        }
        assertThat(journal.lines()).last().isEqualTo("closed");
        assertThat(journal.lines()).anyMatch(line -> line.startsWith("refused"));
    }

    @Test
    @Tag("B12")
    void aCallbackMayCloseItsOwnStream() {
        connect();
        stream.owner(
                new StreamEvents() {
                    @Override
                    public void onRead(byte[] array, int offset, int length) {
                        journal.add("read");
                        stream.close();
                    }

                    @Override
                    public void onEnd() {
                        journal.add("end");
                    }

                    @Override
                    public void onError(IOException error) {
                        journal.add("error");
                    }

                    @Override
                    public void onThrown(Throwable thrown) {
                        journal.add("thrown " + thrown);
                    }
                });
        stream.onClose(journal.line("closed"));
        stream.readStart();
        peer().writeOwned(new byte[200_000], 0, 200_000, null);
        peer().shutdown(told("peer's shutdown"));
        runUntil("closed");
        assertThat(journal.lines())
                .filteredOn(line -> List.of("read", "end", "error", "closed").contains(line))
                .containsExactly("read", "closed");
    }

    @Test
    @Tag("A10")
    void readingIsStartedStoppedAndGivenAnotherOwner() {
        connect();
        peer().write(TEN, 0, 10, null);
        stream.readStart();
        runUntil("read 0123456789");
        stream.readStop();
        peer().write(TEN, 0, 5, null);
        loop.run(RunMode.NOWAIT);
        Journal second = new Journal();
        stream.owner(new RecordedEvents(second));
        stream.readStart();
        LoopFixture.turnUntil(loop, "a read", () -> !second.lines().isEmpty());
        assertThat(second.lines()).containsExactly("read 01234");
        assertThat(journal.count("read 0123456789")).isEqualTo(1);
        assertThat(stream.bytesRead()).isEqualTo(15);
    }

    @Test
    void aResetThrowsAwayWhatWasGathered() {
        connect();
        peer().readStart();
        driver.calls().clear();
        loop.setImmediate(() -> {
            stream.write(TEN, 0, 10, told("write"));
            stream.onClose(journal.line("closed"));
            stream.reset();
        });
        runUntil("closed");
        LoopFixture.turnUntil(loop, "the reset", () -> !peerJournal.lines().isEmpty());
        assertThat(driver.calls("tryWrite")).as("never after the descriptor is gone").isEmpty();
        assertThat(peerJournal.lines()).containsExactly("error read ECONNRESET");
        assertThat(journal.lines()).contains("write write ECANCELED " + listener.localAddress());
    }
}
