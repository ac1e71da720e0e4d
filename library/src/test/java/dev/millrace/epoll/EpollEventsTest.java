package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Guarded;
import dev.millrace.driver.Port;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.Readiness;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Linux;
import dev.millrace.testing.BlackHole;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of the events of one wait, and how many waits a poll makes. */
@Tag("epoll")
class EpollEventsTest extends EpollFixture {
    /** More than one wait brings. */
    private static final int MANY = 1_100;

    private static final int BATCH = 1_024;
    private static final int BATCHES_MAX = 48;

    /**
     * The numbers of the closed ones are those of sockets that connect, and would look connected if
     * they got the events.
     */
    @Test
    @Tag("X71")
    void anEventOfAClosedPortDoesNotReachTheSuccessorOfItsNumber() throws IOException {
        try (BlackHole hole = new BlackHole()) {
            End listener = accepting();
            List<End> closing = new ArrayList<>();
            List<End> fresh = new ArrayList<>();
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Pair pair = pair(listener);
                pair.client().send("x");
                numbers.add(fd(pair.server()));
                closing.add(
                        new End(pair.server().port) {
                            @Override
                            public void onRead(byte[] array, int offset, int length) {
                                super.onRead(array, offset, length);
                                closing.forEach(end -> driver.close(end.port));
                                closing.forEach(end -> fresh.add(connecting(hole.address())));
                            }
                        });
            }
            settle();
            closing.forEach(End::read);
            expect("the first", () -> !fresh.isEmpty());
            assertThat(fresh).extracting(EpollFixture::fd).containsAnyElementsOf(numbers);
            assertThat(fresh).allMatch(end -> end.seen.isEmpty());
        }
    }

    private End connecting(IpAddress address) {
        End end = newEnd();
        connect(end, address);
        return end;
    }

    /** Level-triggered, and always ready: each wait is full. */
    @Test
    @Tag("A9")
    void aPollTakesAllThatIsReadyAndComesToAnEnd() throws IOException {
        int ready = libc.eventfd(1, Linux.EFD_CLOEXEC);
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            int fd = duplicate(ready);
            numbers.add(fd);
            Port port = driver.watch(fd);
            driver.watchStart(port, Set.of(Readiness.READABLE));
        }
        Set<Guarded> entered = new HashSet<>();
        int[] count = {0};
        poll(
                0,
                callback -> {
                    entered.add(callback);
                    assertThat(++count[0]).isLessThanOrEqualTo(BATCHES_MAX * BATCH);
                });
        assertThat(entered).hasSize(MANY);
        numbers.forEach(libc::close);
        libc.close(ready);
    }

    /** With it one of the loops that share a listener wakes up for a connection, not all. */
    @Test
    @Tag("D2")
    void aSharedListenerIsWatchedExclusivelyByEachLoop() throws IOException {
        End listener = listener();
        Driver.Shared shared = driver.share(listener.port);
        try (Driver other = open()) {
            Port sibling = other.adopt(shared);
            driver.acceptStart(listener.port, 1);
            other.acceptStart(sibling, 1);
            poll();
            other.poll(0, callback -> {});
            for (int epoll : Kernel.descriptors("anon_inode:[eventpoll]")) {
                Kernel.watchedBy(epoll)
                        .forEach((fd, bits) -> {
                            if (fd == fd(listener) || fd == ((EpollPort) sibling).fd) {
                                assertThat(bits & Linux.EPOLLEXCLUSIVE)
                                        .isEqualTo(Linux.EPOLLEXCLUSIVE);
                            }
                        });
            }
            assertThat(Kernel.watched(fd(listener)) & Linux.EPOLLIN).isEqualTo(Linux.EPOLLIN);
        }
        shared.close();
    }

    @Test
    @Tag("X72")
    void whatIsDueIsToldWithoutWaiting() {
        Pair pair = pair();
        End server = pair.server().read();
        settle();
        set(server).lose((EpollPort) server.port, Errno.ENOSPC);
        long start = System.nanoTime();
        poll(TimeUnit.SECONDS.toNanos(LoopFixture.DEADLINE_SECONDS));
        assertThat(server.seen).containsExactly("read error ENOSPC");
        assertThat(System.nanoTime() - start)
                .isLessThan(TimeUnit.SECONDS.toNanos(LoopFixture.DEADLINE_SECONDS));
    }

    /** Watching for what is known already would wake the loop once for each pause. */
    @Test
    void thatThePeerHasLeftWakesNobodyAgainAfterAPause() {
        Pair pair = pair();
        pair.client().send("kept");
        driver.close(pair.client().port);
        expect(pair.server(), "peer closed 0");
        pair.server().read();
        driver.readStop(pair.server().port);
        int[] count = {0};
        for (int round = 0; round < 3; round++) {
            poll(0, callback -> count[0]++);
        }
        assertThat(count[0]).isZero();
    }

    @Test
    @Tag("X107")
    void whatWasOpenedElsewhereLeavesTheSetWithItsPort() throws IOException {
        Pair pair = foreignPair();
        int fd = fd(pair.client().read());
        int other = duplicate(fd);
        settle();
        assertThat(Kernel.watched(fd)).isNotEqualTo(-1);
        driver.close(pair.client().port);
        assertThat(Kernel.watched(fd)).as("taken out of the set").isEqualTo(-1);
        libc.close(other);
    }
}
