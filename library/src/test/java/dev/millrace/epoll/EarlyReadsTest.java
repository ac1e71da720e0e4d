package dev.millrace.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.Port;
import dev.millrace.kernel.IpAddress;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections whose first bytes are there when they are accepted, and others. */
@Tag("epoll")
@Tag("A8")
class EarlyReadsTest extends EpollFixture {
    private static final int SKIPPED_MAX = 16;
    private static final int MISSES_MAX = 4;

    /** What becomes of an accepted connection, within the call that tells of it. */
    private Consumer<End> beginning = End::read;

    /** A listener whose connections begin at once, as a server's do. */
    private End serving() throws IOException {
        End serving =
                new End(driver.socket(listenAddress())) {
                    @Override
                    public void onAccept(Port connection) {
                        super.onAccept(connection);
                        beginning.accept(accepted.getLast());
                    }
                };
        assertThat(driver.bind(serving.port, listenAddress())).isZero();
        assertThat(driver.listen(serving.port, 128)).isZero();
        driver.acceptStart(serving.port, 1);
        return serving;
    }

    private int port(End serving) {
        return ((IpAddress) driver.localAddress(serving.port)).port();
    }

    /** Whether a connection with {@code text} was read in the poll that accepted it. */
    private boolean isReadAtOnce(End serving, String text) {
        int before = serving.accepted.size();
        try (RawClient client = RawClient.connect(port(serving)).write(text)) {
            expect("accepted", () -> serving.accepted.size() > before);
            boolean isRead = serving.accepted.getLast().seen.contains("read " + text.length());
            driver.close(serving.accepted.getLast().port);
            return isRead;
        }
    }

    private List<Boolean> next(End serving, int count, String text) {
        List<Boolean> list = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            list.add(isReadAtOnce(serving, text));
        }
        return list;
    }

    @Test
    void clientsThatSpeakFirstAreReadWithoutAnotherPoll() throws IOException {
        End serving = serving();
        assertThat(next(serving, SKIPPED_MAX - 1, "hello"))
                .isEqualTo(Collections.nCopies(SKIPPED_MAX - 1, false));
        assertThat(next(serving, 50, "hello")).isEqualTo(Collections.nCopies(50, true));
    }

    /** The read that finds nothing costs a system call. */
    @Test
    void clientsThatWaitAreSeldomReadForNothing() throws IOException {
        End serving = serving();
        assertThat(next(serving, SKIPPED_MAX, "hello")).contains(true);
        long before = set(serving).emptyReads;
        next(serving, MISSES_MAX, "");
        assertThat(set(serving).emptyReads).isEqualTo(before + MISSES_MAX);
        next(serving, SKIPPED_MAX - 1, "");
        assertThat(set(serving).emptyReads).isEqualTo(before + MISSES_MAX);
        next(serving, 1, "");
        assertThat(set(serving).emptyReads).isEqualTo(before + MISSES_MAX + 1);
        assertThat(isReadAtOnce(serving, "hello")).isFalse();
    }

    /** What is read at once is in the set afterwards, and hears of what comes later. */
    @Test
    void whatComesLaterIsReadAsWell() throws IOException {
        End serving = serving();
        next(serving, SKIPPED_MAX, "hello");
        for (String first : List.of("hello", "")) {
            try (RawClient client = RawClient.connect(port(serving)).write(first)) {
                int before = serving.accepted.size();
                expect("accepted", () -> serving.accepted.size() > before);
                End connection = serving.accepted.getLast();
                assertThat(connection.text()).isEqualTo(first);
                client.write(" again");
                expect("the rest", () -> connection.text().equals(first + " again"));
                client.halfClose();
                expect(connection, "end");
            }
        }
    }

    /** Paused, or closed, in the callback that tells of the connection. */
    @Test
    void connectionsThatAreNotReadAreLeftAlone() throws IOException {
        End serving = serving();
        next(serving, SKIPPED_MAX, "hello");
        beginning = connection -> {};
        assertThat(next(serving, 1, "hello")).containsExactly(false);
        beginning = connection -> driver.close(connection.read().port);
        try (RawClient client = RawClient.connect(port(serving)).write("hello")) {
            int before = serving.accepted.size();
            expect("accepted", () -> serving.accepted.size() > before);
            settle();
            assertThat(serving.accepted.getLast().seen).isEmpty();
        }
    }
}
