package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Readiness;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Fifo;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One descriptor of both ends of a fifo: always writable, readable when something was written. */
@Tag("epoll")
class WatchHandleTest {
    private static final Set<Readiness> READABLE = Set.of(Readiness.READABLE);
    private static final Set<Readiness> WRITABLE = Set.of(Readiness.WRITABLE);
    private static final byte[] BYTE = {1};

    @TempDir Path folder;
    private final Loop loop = Loop.create();
    private final Libc libc = new Libc();
    private final Journal journal = new Journal();
    private int fd;
    private WatchHandle handle;

    @BeforeEach
    void watch() throws IOException {
        fd = new Fifo(libc, folder).both();
        handle = new WatchHandle(loop, fd);
    }

    @AfterEach
    void close() {
        loop.close();
        libc.close(fd);
        libc.close();
    }

    private void read() {
        libc.read(fd, new byte[10], 0, 10);
    }

    @Test
    void onlyAStartedHandleHoldsTheLoop() {
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        handle.start(READABLE, ready -> journal.add("ready"));
        assertThat(loop.isAlive()).isTrue();
        handle.unref();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        handle.ref();
        handle.stop();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).isEmpty();
    }

    /** An epoll set is readable when something of it is ready (epoll(7)). */
    @Test
    void anEpollSetIsWatchedAsAnyOther() throws IOException {
        int set = libc.epoll_create1(Linux.EPOLL_CLOEXEC);
        try (WatchHandle nested = new WatchHandle(loop, set)) {
            assertThat(libc.epoll_ctl(set, Linux.EPOLL_CTL_ADD, fd, Linux.EPOLLIN, 0)).isZero();
            nested.start(READABLE, ready -> journal.add("nested " + ready));
            loop.run(RunMode.NOWAIT);
            assertThat(journal.lines()).isEmpty();
            libc.write(fd, BYTE, 0, 1);
            loop.run(RunMode.NOWAIT);
            read();
            loop.run(RunMode.NOWAIT);
            assertThat(journal.lines()).containsExactly("nested [READABLE]");
        } finally {
            libc.close(set);
        }
    }

    @Test
    void readinessIsToldInEveryTurnUntilStopped() {
        libc.write(fd, BYTE, 0, 1);
        handle.start(
                READABLE,
                ready -> {
                    assertThat(ready).isEqualTo(READABLE);
                    journal.add("ready");
                    if (journal.count("ready") == 3) {
                        handle.stop();
                    }
                });
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.count("ready")).isEqualTo(3);
    }

    @Test
    void interestAndListenerAreReplacedByAnotherStart() {
        handle.start(
                WRITABLE,
                ready -> {
                    journal.add("writable");
                    libc.write(fd, BYTE, 0, 1);
                    handle.start(
                            READABLE,
                            again -> {
                                journal.add("readable");
                                read();
                                handle.close();
                            });
                });
        handle.onClose(journal.line("closed"));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("writable", "readable", "closed");
        assertThatThrownBy(() -> handle.start(READABLE, ready -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the handle is closed");
    }

    @Test
    void closingLeavesTheDescriptorAloneAndItCanBeWatchedAgain() throws IOException {
        handle.start(READABLE, ready -> journal.add("first"));
        handle.close();
        handle.close();
        libc.write(fd, BYTE, 0, 1);
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).isEmpty();
        WatchHandle second = new WatchHandle(loop, fd);
        second.start(
                READABLE,
                ready -> {
                    journal.add("second");
                    second.stop();
                });
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("second");
        assertThat(libc.fcntl(fd, Linux.F_GETFD, 0)).isNotNegative();
    }

    @Test
    void whatTheListenerThrowsIsUncaughtAndTheHandleGoesOn() {
        loop.onUncaught(thrown -> journal.add("uncaught " + thrown.getMessage()));
        handle.start(
                WRITABLE,
                ready -> {
                    journal.add("ready");
                    if (journal.count("ready") == 2) {
                        handle.stop();
                        return;
                    }
                    throw new IllegalStateException("of the listener");
                });
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("ready", "uncaught of the listener", "ready");
    }

    @Test
    @Tag("X72")
    void aDescriptorClosedUnderItIsItsErrorAndTheLoopGoesOn() {
        handle.onError(error -> journal.add(SystemError.codeOf(error)));
        assertThatThrownBy(() -> handle.onError(error -> {}))
                .isInstanceOf(IllegalStateException.class);
        libc.close(fd);
        handle.start(READABLE, ready -> journal.add("ready"));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("EBADF");
        assertThat(handle.isActive()).isFalse();
        handle.close();
        loop.setImmediate(journal.line("still turning"));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).last().isEqualTo("still turning");
    }

    @Test
    @Tag("X72")
    void withoutAListenerTheErrorIsUncaught() {
        libc.close(fd);
        handle.start(READABLE, ready -> journal.add("ready"));
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT)).hasMessageContaining("EBADF");
    }

    @Test
    void wrongUsesAreRefusedAtTheCall() {
        assertThatThrownBy(() -> handle.start(Set.of(), ready -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("readiness for nothing: use stop()");
        assertThatThrownBy(() -> new WatchHandle(loop, fd)).hasMessageContaining("EEXIST");
        assertThatThrownBy(() -> new WatchHandle(loop, -1)).hasMessageContaining("EBADF");
    }

    @Test
    void aDriverThatCantDoItSaysSo() {
        System.setProperty("millrace.driver", "nio");
        try {
            LoopFixture.run(other ->
                    assertThatThrownBy(() -> new WatchHandle(other, 0))
                            .isInstanceOf(UnsupportedOperationException.class)
                            .hasMessageContaining("nio can't do this: watching a"));
        } finally {
            System.clearProperty("millrace.driver");
        }
    }
}
