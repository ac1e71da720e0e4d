package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.testing.BlackHole;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RecordedEvents;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever is under way when a handle closes ends first, once; its close callback comes last. */
class CloseWhilePendingTest {
    private static final byte[] TEN = new byte[10];

    private final StreamPair pair = new StreamPair();
    private final Loop loop = pair.loop;
    private final Journal journal = pair.journal;
    private final StreamHandle stream = pair.stream;

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    @Tag("X71")
    @Tag("F10")
    void aConnectWithWritesAndAShutdownBehindIt() {
        try (BlackHole hole = new BlackHole()) {
            stream.onClose(journal.line("closed"));
            stream.connect(hole.address(), pair.told("connect"));
            stream.write(TEN, 0, 10, pair.told("write"));
            stream.shutdown(pair.told("shutdown"));
            stream.close();
            assertThat(journal.lines()).isEmpty();
            pair.turns();
            String where = " " + hole.address();
            assertThat(journal.lines())
                    .containsExactly(
                            "connect connect ECANCELED" + where,
                            "write write ECANCELED" + where,
                            "shutdown shutdown ECANCELED" + where,
                            "closed");
            assertThat(loop.isAlive()).isFalse();
        }
    }

    @Test
    @Tag("X71")
    void aConnectThatWasAbandonedIsToldOnce() {
        try (BlackHole hole = new BlackHole()) {
            stream.onClose(journal.line("closed"));
            stream.connect(hole.address(), pair.told("connect"));
            stream.abandonConnect();
            stream.abandonConnect();
            assertThat(journal.lines()).isEmpty();
            stream.close();
            pair.turns();
            assertThat(journal.lines())
                    .containsExactly("connect connect ETIMEDOUT " + hole.address(), "closed");
        }
    }

    @Test
    @Tag("X66")
    void anAbandonedConnectEndsWithEtimedoutAndAnotherMayFollow() {
        try (BlackHole hole = new BlackHole()) {
            stream.connect(hole.address(), pair.told("first"));
            stream.abandonConnect();
            pair.turns();
            assertThat(journal.lines())
                    .containsExactly("first connect ETIMEDOUT " + hole.address());
            pair.connect();
            stream.abandonConnect();
            pair.turns();
            assertThat(stream.isConnected()).isTrue();
        }
    }

    @Test
    @Tag("X71")
    void aReaderAndATimer() {
        pair.connect();
        stream.readStart();
        stream.onClose(journal.line("closed"));
        TimerHandle timer = loop.setTimeout(Duration.ZERO, journal.line("timer"));
        timer.onClose(journal.line("timer closed"));
        pair.peer().write(TEN, 0, 10, null);
        loop.setImmediate(() -> {
            stream.close();
            timer.close();
        });
        journal.add("from here");
        pair.runUntil("closed");
        pair.turns();
        List<String> after =
                journal.lines()
                        .subList(journal.lines().indexOf("from here") + 1, journal.lines().size());
        assertThat(after).containsOnlyOnce("closed", "timer closed").doesNotContain("timer");
        assertThat(after.getLast()).isIn("closed", "timer closed");
    }

    @Test
    @Tag("X71")
    void aListenerWhoseConnectionsWaitToBeAccepted() {
        pair.listener.onClose(journal.line("listener closed"));
        stream.connect(pair.listener.localAddress(), pair.told("connect"));
        loop.setImmediate(pair.listener::close);
        // The kernel has finished the handshake by now; the accept is due in the next poll.
        pair.listener.pause();
        pair.turns();
        assertThat(journal.lines()).contains("listener closed").doesNotContain("accepted");
    }

    /**
     * Two streams are ready in one batch. The first one's callback closes the second and opens
     * another, which the kernel gives the number that has become free: it must not receive what was
     * meant for its predecessor.
     */
    @Test
    @Tag("X71")
    void anEventOfOneBatchNeverReachesASuccessorOfTheSameDescriptor() throws IOException {
        List<StreamHandle> streams = new ArrayList<>();
        List<StreamHandle> peers = new ArrayList<>();
        Journal successors = new Journal();
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        listener.bind(IpAddress.loopback(0));
        listener.listen(peers::add);
        for (int i = 0; i < 2; i++) {
            int index = i;
            StreamHandle[] made = new StreamHandle[1];
            made[0] =
                    new StreamHandle(
                            loop,
                            new ClosingEvents(() -> {
                                journal.add("read " + index);
                                streams.get(1 - index).close();
                                StreamHandle next =
                                        new StreamHandle(loop, new RecordedEvents(successors));
                                next.readStart();
                                next.connect(
                                        listener.localAddress(), pair.told("successor connect"));
                            }));
            streams.add(made[0]);
            made[0].connect(listener.localAddress(), pair.told("connect " + i));
        }
        LoopFixture.turnUntil(loop, "both", () -> peers.size() == 2);
        pair.turns();
        streams.forEach(StreamHandle::readStart);
        peers.forEach(peer -> peer.write(TEN, 0, 10, null));
        pair.runUntil("successor connect ok");
        pair.turns();
        assertThat(journal.lines()).filteredOn(line -> line.startsWith("read")).hasSize(1);
        assertThat(successors.lines()).isEmpty();
    }

    /** Runs a task with the first read. */
    private record ClosingEvents(Runnable onFirst) implements StreamEvents {
        @Override
        public void onRead(byte[] array, int offset, int length) {
            onFirst.run();
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
}
