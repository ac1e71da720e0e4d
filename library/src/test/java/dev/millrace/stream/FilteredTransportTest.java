package dev.millrace.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.TriplingFilter;
import dev.millrace.testing.TriplingFilter.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a filter may rely on, without a socket. */
class FilteredTransportTest {
    private static final String CLOSE_MARK = "\0\1\2";

    private final RecordedTransport raw = new RecordedTransport();

    private FilteredTransport answerer() {
        FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
        raw.receive("ac");
        raw.wire.setLength(0);
        return filtered;
    }

    @Test
    void writesBeforeItIsReadyWaitInOrderAndCount() {
        FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
        raw.write("hello, ");
        raw.write("world");
        filtered.end();
        assertThat(raw.wire).isEmpty();
        assertThat(filtered.heldBytes()).isEqualTo(12);
        assertThat(filtered.isDrained()).isFalse();
        raw.receive("a");
        assertThat(raw.wire).hasToString("b");
        raw.receive("c");
        assertThat(raw.wire)
                .hasToString("bdhhheeellllllooo,,,   wwwooorrrlllddd" + CLOSE_MARK + "$");
        assertThat(filtered.heldBytes()).isZero();
        raw.runTasks();
        assertThat(raw.lines)
                .containsExactly("ready", "written hello,  null", "written world null");
    }

    @Test
    void whatItHoldsBackCountsAndKeepsTheCallback() {
        FilteredTransport filtered = answerer();
        raw.write("abc");
        assertThat(filtered.heldBytes()).isEqualTo(3);
        assertThat(filtered.isDrained()).isTrue();
        raw.write("defgh");
        assertThat(raw.wire).hasToString("aaabbbccc");
        raw.runTasks();
        assertThat(raw.lines).containsExactly("ready", "written abc null");
        filtered.end();
        raw.runTasks();
        assertThat(raw.lines).endsWith("written defgh null");
        assertThat(raw.wire).endsWith("hhh" + CLOSE_MARK + "$");
    }

    @Test
    void everyCutOfTheInputComesToTheSame() {
        byte[] plain = RecordedTransport.bytes("abcd");
        String all = "ac" + new String(TriplingFilter.wrapped(plain), StandardCharsets.ISO_8859_1);
        for (int first = 0; first <= all.length(); first++) {
            for (int second = first; second <= all.length(); second++) {
                RecordedTransport cut = new RecordedTransport();
                FilteredTransport filtered = cut.with(TriplingFilter.answerer(Stage.NEVER));
                cut.receive(all.substring(0, first));
                cut.receive(all.substring(first, second));
                cut.receive(all.substring(second));
                filtered.receivedEnd();
                assertThat(cut.read).as("%d, %d", first, second).hasToString("abcd$");
                assertThat(cut.lines).containsExactly("ready");
            }
        }
    }

    @Test
    void anEndWithoutTheClosingMessageIsATruncationAtEveryCut() {
        String all = "ac" + "xxxyyy" + CLOSE_MARK;
        for (int cut = 0; cut < all.length(); cut++) {
            RecordedTransport each = new RecordedTransport();
            FilteredTransport filtered = each.with(TriplingFilter.answerer(Stage.NEVER));
            each.receive(all.substring(0, cut));
            filtered.receivedEnd();
            String message =
                    cut < 2
                            ? "the peer ended the connection before the filter was ready"
                            : "truncated";
            assertThat(each.lines).endsWith("failed: " + message);
            assertThat(each.read.toString()).doesNotContain("$");
        }
    }

    @ParameterizedTest
    @EnumSource(value = Stage.class, mode = EnumSource.Mode.EXCLUDE, names = "NEVER")
    void aFailureAtAnyStageIsTheStreamsAndTheLast(Stage stage) {
        TriplingFilter filter = TriplingFilter.answerer(stage);
        FilteredTransport filtered = raw.with(filter);
        raw.receive("a");
        raw.write("0123456789");
        raw.receive("c");
        raw.receive("xxx" + CLOSE_MARK);
        filtered.receivedEnd();
        filtered.end();
        assertThat(raw.lines).containsOnlyOnce("failed: " + TriplingFilter.message(stage));
        assertThat(raw.lines.stream().filter(line -> line.startsWith("failed"))).hasSize(1);
        assertThat(filter.timesClosed()).isEqualTo(1);
        assertThat(filtered.heldBytes()).isZero();
        List<String> untold = new ArrayList<>();
        filtered.cancel(callback -> untold.add("cancelled"));
        raw.runTasks();
        long told = raw.lines.stream().filter(line -> line.startsWith("written")).count();
        assertThat(told + untold.size()).isEqualTo(1);
    }

    @Test
    void theReadersPauseCountsOnceItIsReady() {
        FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
        assertThat(raw.isReading).isTrue();
        filtered.stopReading();
        assertThat(raw.isReading).isTrue();
        raw.receive("ac");
        assertThat(raw.isReading).isFalse();
        filtered.startReading();
        assertThat(raw.isReading).isTrue();
        filtered.stopReading();
        assertThat(raw.isReading).isFalse();
    }

    @Test
    void whatWasReceivedBeforeItCameIsItsFirstAtEveryCut() {
        String all = "ac" + "xxx" + CLOSE_MARK;
        for (int cut = 0; cut <= all.length(); cut++) {
            RecordedTransport each = new RecordedTransport();
            FilteredTransport filtered = each.with(TriplingFilter.answerer(Stage.NEVER));
            byte[] unread = RecordedTransport.bytes(all.substring(0, cut));
            filtered.unread(unread, 0, unread.length);
            // The rest overtakes the turn in which the first bytes are given.
            each.receive(all.substring(cut));
            filtered.receivedEnd();
            assertThat(each.read).isEmpty();
            each.runTasks();
            assertThat(each.read).hasToString("x$");
        }
    }

    @Test
    void theLimitCountsWhatWaitsAboveAndBelow() {
        FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
        filtered.limit(filtered.limit().withMaxQueuedBytes(10));
        assertThat(filtered.isBeyondLimit(1_000)).isFalse();
        raw.write("0123456789abcdef");
        assertThat(filtered.isBeyondLimit(10)).isFalse();
        assertThat(filtered.isBeyondLimit(11)).isTrue();
        raw.write("0123456789");
        assertThat(filtered.isBeyondLimit(1)).isTrue();
        raw.receive("ac");
        assertThat(filtered.isBeyondLimit(1)).isFalse();
        raw.queued = 27;
        assertThat(filtered.isBeyondLimit(1)).isTrue();
    }

    @Test
    void aFilterOutOfItsRoleIsToldSo() {
        FilteredTransport filtered = raw.with(TriplingFilter.answerer(Stage.NEVER));
        assertThatThrownBy(() -> filtered.deliver(new byte[1], 0, 1))
                .hasMessageContaining("not ready");
        assertThatThrownBy(filtered::deliverEnd).hasMessageContaining("not ready");
        assertThatThrownBy(filtered::sendEnd).hasMessageContaining("not ready");
        raw.receive("ac");
        filtered.sendEnd();
        filtered.sendEnd();
        assertThatThrownBy(() -> filtered.send(new byte[1], 0, 1))
                .hasMessage("the filter has ended its side");
        raw.write("late");
        assertThat(raw.lines).endsWith("failed: the filter has ended this side of the stream");
    }

    @Test
    void whatItThrowsWhileItsUserWritesIsItsFailureAndNotTheUsersException() {
        FilteredTransport filtered =
                raw.with(
                        new Filter() {
                            @Override
                            public void attach(FilterWire wire) {
                                wire.ready();
                            }

                            @Override
                            public void received(byte[] array, int offset, int length) {}

                            @Override
                            public void receivedEnd() {}

                            @Override
                            public void written(byte[] array, int offset, int length) {
                                throw new IllegalStateException("a bug");
                            }

                            @Override
                            public void writtenEnd() {}
                        });
        raw.write("x");
        assertThat(raw.lines)
                .containsExactly(
                        "ready", "failed: the filter threw java.lang.IllegalStateException");
        filtered.fail(new IOException("late"));
        assertThat(raw.lines).hasSize(2);
    }
}
