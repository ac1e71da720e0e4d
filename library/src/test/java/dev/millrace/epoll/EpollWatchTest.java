package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Bytes;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.kernel.Readiness;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Fifo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Readiness of descriptors that stay the user's. */
@Tag("epoll")
class EpollWatchTest extends EpollFixture {
    private static final Set<Readiness> READABLE = Set.of(Readiness.READABLE);
    private static final Set<Readiness> BOTH = Set.of(Readiness.READABLE, Readiness.WRITABLE);

    /** Writes down what a watched descriptor is ready for. */
    private final class Watcher extends End {
        Watcher(int fd) throws IOException {
            super(driver.watch(fd));
        }

        @Override
        public void onReady(Set<Readiness> events) {
            see("ready " + EnumSet.copyOf(events));
        }

        Watcher start(Set<Readiness> interest) {
            driver.watchStart(port, interest);
            return this;
        }
    }

    @Test
    void readinessIsToldAgainUntilItIsGone() throws IOException {
        int both = new Fifo(libc, folder).both();
        Watcher watcher = new Watcher(both).start(READABLE);
        settle();
        assertThat(watcher.seen).isEmpty();
        libc.write(both, Bytes.of("x"), 0, 1);
        poll();
        poll();
        assertThat(watcher.seen).containsExactly("ready [READABLE]", "ready [READABLE]");
        libc.read(both, new byte[10], 0, 10);
        settle();
        assertThat(watcher.seen).hasSize(2);
        watcher.start(BOTH);
        poll();
        assertThat(watcher.seen).last().isEqualTo("ready [WRITABLE]");
        libc.write(both, Bytes.of("x"), 0, 1);
        poll();
        assertThat(watcher.seen).last().isEqualTo("ready [READABLE, WRITABLE]");
        watcher.start(READABLE);
        poll();
        assertThat(watcher.seen).last().as("nothing but that").isEqualTo("ready [READABLE]");
        driver.watchStop(watcher.port);
        settle();
        assertThat(watcher.seen).hasSize(5);
        watcher.start(READABLE);
        poll();
        assertThat(watcher.seen).last().isEqualTo("ready [READABLE]");
        libc.close(both);
    }

    @Test
    void closingOnlyStopsTheWatching() throws IOException {
        int both = new Fifo(libc, folder).both();
        Watcher first = new Watcher(both).start(READABLE);
        libc.write(both, Bytes.of("x"), 0, 1);
        poll();
        driver.close(first.port);
        settle();
        assertThat(first.seen).hasSize(1);
        Watcher second = new Watcher(both).start(READABLE);
        poll();
        assertThat(second.seen).containsExactly("ready [READABLE]");
        driver.close(second.port);
        assertThat(libc.close(both)).as("still the user's").isZero();
    }

    @Test
    void aPeerThatLeavesIsToldAsDisconnected() throws IOException {
        Pair pair = pair();
        int copy = libc.fcntl(fd(pair.server()), Linux.F_DUPFD_CLOEXEC, 0);
        Watcher watcher = new Watcher(copy).start(Set.of(Readiness.DISCONNECTED));
        settle();
        assertThat(watcher.seen).isEmpty();
        driver.shutdown(pair.client().port);
        expect(watcher, "ready [DISCONNECTED]");
        driver.close(watcher.port);
        libc.close(copy);
    }

    /** ERR and HUP can't be masked: they count for all that is asked for, and for nothing else. */
    @Test
    void aHangUpIsToldToWhoeverAsksAndCostsNothingOtherwise() throws IOException {
        Fifo fifo = new Fifo(libc, folder);
        int both = fifo.both();
        int reader = fifo.reader();
        Watcher watcher = new Watcher(reader).start(READABLE);
        poll();
        driver.watchStop(watcher.port);
        poll();
        libc.close(both);
        settle();
        assertThat(watcher.seen).isEmpty();
        long start = System.nanoTime();
        poll(20_000_000);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
        watcher.start(READABLE);
        poll();
        assertThat(watcher.seen).containsExactly("ready [READABLE]");
        libc.close(reader);
    }

    @Test
    void aStopInTheSameBatchHoldsBackTheOther() throws IOException {
        int[] fds = {new Fifo(libc, folder).both(), new Fifo(libc, folder).both()};
        Watcher one = new Watcher(fds[0]);
        Watcher two = new Watcher(fds[1]);
        for (int i = 0; i < 2; i++) {
            Port other = i == 0 ? two.port : one.port;
            End end = i == 0 ? one : two;
            end.port.attach(
                    new PortEvents() {
                        @Override
                        public void onReady(Set<Readiness> events) {
                            end.see("ready");
                            driver.watchStop(other);
                        }
                    });
            libc.write(fds[i], Bytes.of("x"), 0, 1);
        }
        one.start(READABLE);
        two.start(READABLE);
        poll();
        assertThat(one.seen.size() + two.seen.size()).isEqualTo(1);
        libc.close(fds[0]);
        libc.close(fds[1]);
    }

    @Test
    @Tag("X72")
    void whatCantBeWatchedIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "text");
        int fd = libc.open(file.toString(), Linux.O_RDONLY);
        assertRefused("EPERM", fd);
        libc.close(fd);
        assertRefused("EBADF", fd);
        assertRefused("EBADF", -1);
        int both = new Fifo(libc, folder).both();
        Watcher watcher = new Watcher(both);
        assertRefused("EEXIST", both);
        assertThatThrownBy(() -> driver.watch(fd(pair().client()))).hasMessageContaining("EEXIST");
        driver.close(watcher.port);
        libc.close(both);
    }

    private void assertRefused(String code, int fd) {
        assertThatThrownBy(() -> driver.watch(fd))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(code);
    }

    @Test
    @Tag("X72")
    void aWatchedDescriptorClosedBehindOurBackFailsItsPortAlone() throws IOException {
        int one = new Fifo(libc, folder).both();
        int two = new Fifo(libc, folder).both();
        Watcher gone = new Watcher(one).start(READABLE);
        Watcher witness = new Watcher(two).start(READABLE);
        poll();
        libc.close(one);
        gone.start(BOTH);
        libc.write(two, Bytes.of("x"), 0, 1);
        expect(gone, "read error EBADF");
        expect(witness, "ready [READABLE]");
        driver.close(gone.port);
        assertThat(gone.seen).containsExactly("read error EBADF");
        libc.close(two);
    }
}
