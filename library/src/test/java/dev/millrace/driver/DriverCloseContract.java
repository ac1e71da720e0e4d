package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link Driver}'s promises about closing, ours and the peer's (5, 10, 11). */
public abstract class DriverCloseContract extends DriverContract {
    @Test
    void aClosedPortTellsNothingMore() {
        Pair pair = pair();
        pair.server().read();
        poll();
        pair.client().send("too late");
        settleWithout(pair.server());
        driver.close(pair.server().port);
        int before = pair.server().seen.size();
        settle();
        assertThat(pair.server().seen).hasSize(before);
    }

    /** Brings the bytes here without letting {@code end} see them. */
    private void settleWithout(End end) {
        driver.readStop(end.port);
        settle();
        driver.readStart(end.port);
    }

    @Test
    void aCloseInsideTheCallbackEndsEverything() {
        Pair pair = pair();
        End server =
                new End(pair.server().port) {
                    @Override
                    public void onRead(byte[] array, int offset, int length) {
                        super.onRead(array, offset, length);
                        driver.close(port);
                    }
                };
        byte[] bytes = new byte[3 * Driver.RECEIVE_MAX_BYTES];
        driver.tryWrite(pair.client().port, bytes, 0, bytes.length);
        driver.write(server.port, new byte[8 << 20], 0, 8 << 20);
        server.read();
        expect("a chunk", () -> server.received.count() > 0);
        settle();
        assertThat(server.seen).hasSize(1);
    }

    @Test
    void closingTwiceIsClosingOnce() {
        Pair pair = pair();
        driver.close(pair.server().port);
        driver.close(pair.server().port);
        Pair next = pair();
        next.server().read();
        next.client().send("x");
        expect("the next one works", () -> next.server().text().equals("x"));
    }

    /** The first callback of a batch closes everybody, and new ports take their numbers (X71). */
    @Test
    void anEventOfAClosedPortReachesNobodyElse() throws IOException {
        End listener = accepting();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            pairs.add(pair(listener));
        }
        List<End> fresh = new ArrayList<>();
        List<End> closing = new ArrayList<>();
        for (Pair pair : pairs) {
            closing.add(
                    new End(pair.server().port) {
                        @Override
                        public void onRead(byte[] array, int offset, int length) {
                            super.onRead(array, offset, length);
                            closing.forEach(end -> driver.close(end.port));
                            closing.forEach(end -> fresh.add(listener()));
                            fresh.forEach(end -> driver.acceptStart(end.port, 1));
                        }
                    });
        }
        pairs.forEach(pair -> pair.client().send("x"));
        settle();
        closing.forEach(End::read);
        expect("the first", () -> !fresh.isEmpty());
        settle();
        assertThat(closing.stream().mapToInt(end -> end.seen.size()).sum()).isEqualTo(1);
        assertThat(fresh).hasSize(8).allMatch(end -> end.seen.isEmpty());
    }

    @Test
    void aCloseIsTheEndForThePeer() {
        Pair pair = pair();
        pair.client().read();
        pair.server().send("bye");
        driver.close(pair.server().port);
        expect(pair.client(), "end");
        assertThat(pair.client().text()).isEqualTo("bye");
    }

    @Test
    void closingTheDriverEndsEveryConnection() throws Exception {
        Driver other = driver;
        Pair pair = pair();
        assertThat(pair.client().seen).containsExactly("connect 0");
        other.close();
        other.close();
        assertThat(pair.server().seen).as("and tells nothing").isEmpty();
        driver = open();
        pair();
    }

    @Test
    void anUnconnectedPortCanBeClosed() {
        End end = newEnd();
        driver.close(end.port);
        settle();
        assertThat(end.seen).isEmpty();
    }

    /** A driver without the capability tells nothing in place of {@code event}. */
    private void expectPeerClosed(End end, String event) {
        boolean isAble = driver.supports(Capability.PEER_CLOSED);
        if (isAble) {
            expect(end, event);
        }
        settle();
        assertThat(end.count(event)).isEqualTo(isAble ? 1 : 0);
    }

    @Test
    void thatThePeerLeavesIsToldOnceWhileNobodyReads() {
        Pair pair = pair();
        pair.client().send("left behind");
        driver.close(pair.client().port);
        expectPeerClosed(pair.server(), "peer closed 0");
        List<String> told = List.copyOf(pair.server().seen);
        assertThat(told).hasSizeLessThanOrEqualTo(1);
        pair.server().read();
        expect(pair.server(), "end");
        assertThat(pair.server().text()).isEqualTo("left behind");
        settle();
        assertThat(pair.server().count("peer closed 0")).isEqualTo(told.size());
    }

    @Test
    void aPeersResetIsToldOnceWhileNobodyReads() {
        Pair pair = pair();
        settle();
        driver.reset(pair.client().port);
        expectPeerClosed(pair.server(), "peer closed 104");
        List<String> all = new ArrayList<>(pair.server().seen);
        assertThat(all).hasSizeLessThanOrEqualTo(1);
        pair.server().read();
        expect(pair.server(), "read error ECONNRESET");
        settle();
        all.add("read error ECONNRESET");
        assertThat(pair.server().seen).isEqualTo(all);
    }

    @Test
    void thatThePeerLeavesIsToldAfterReadingWasStopped() {
        Pair pair = pair();
        pair.server().read();
        pair.client().send("x");
        expect("the byte", () -> pair.server().text().equals("x"));
        driver.readStop(pair.server().port);
        driver.shutdown(pair.client().port);
        expectPeerClosed(pair.server(), "peer closed 0");
        pair.server().send("we may still write");
        pair.client().read();
        expect("it", () -> pair.client().text().equals("we may still write"));
    }

    @Test
    void aReaderIsToldOfTheEndAndNotThatThePeerLeft() {
        Pair pair = pair();
        pair.server().read();
        poll();
        driver.close(pair.client().port);
        expect(pair.server(), "end");
        driver.readStop(pair.server().port);
        settle();
        assertThat(pair.server().seen).containsExactly("end");
    }

    /** Also for a driver that can't see it: neither a spin nor a loss. */
    @Test
    void aPeerThatLeftCostsNothingAfterwards() {
        Pair pair = pair();
        pair.client().send("kept");
        driver.close(pair.client().port);
        settle();
        int[] count = {0};
        poll(
                2_000_000,
                callback -> {
                    count[0]++;
                    enter(callback);
                });
        assertThat(count[0]).isZero();
        pair.server().read();
        expect(pair.server(), "end");
        assertThat(pair.server().text()).isEqualTo("kept");
    }
}
