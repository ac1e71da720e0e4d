package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.testing.Journal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On virtual time: a poll jumps to the next timer. */
class TimerHandleTest {
    private final RecordingDriver driver = new RecordingDriver().withVirtualTime();
    private final Loop loop = Loop.on(driver);
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        loop.close();
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    @Test
    @Tag("A16")
    @Tag("R2")
    void timersFireByDueTimeThenByStartOrder() {
        loop.setTimeout(millis(20), journal.line("20"));
        loop.setTimeout(millis(10), journal.line("10 first"));
        loop.setTimeout(millis(10), journal.line("10 second"));
        loop.setTimeout(Duration.ZERO, journal.line("0"));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("0", "10 first", "10 second", "20");
    }

    @Test
    @Tag("A16")
    void manyTimersInAnyOrderFireSorted() {
        List<Long> fired = new ArrayList<>();
        Random random = new Random(7);
        List<TimerHandle> timers = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            long due = random.nextInt(500);
            timers.add(loop.setTimeout(millis(due), () -> fired.add(due)));
        }
        for (int i = 0; i < 2_000; i += 3) {
            timers.get(i).stop();
        }
        loop.run(RunMode.DEFAULT);
        assertThat(fired).hasSize(1_333).isSorted();
    }

    @Test
    @Tag("A16")
    @Tag("R2")
    void manyTimersDueTogetherFireInTheOrderOfTheirStart() {
        List<Integer> fired = new ArrayList<>();
        List<Integer> started = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int number = i;
            started.add(i);
            loop.setTimeout(millis(5), () -> fired.add(number));
        }
        loop.run(RunMode.DEFAULT);
        assertThat(fired).isEqualTo(started);
    }

    /** The clock's origin is arbitrary: the end of its range may come at any time. */
    @Test
    @Tag("A16")
    void aTimerThatIsDueBehindTheEndOfTheClocksRangeIsNotDueYet() {
        driver.passMillis((Long.MAX_VALUE - driver.nanoTime()) / 1_000_000 - 1);
        loop.updateTime();
        loop.setTimeout(millis(5), journal.line("5"));
        loop.setTimeout(millis(10), journal.line("10"));
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).isEmpty();
        driver.passMillis(7);
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("5");
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("5", "10");
    }

    @Test
    @Tag("R2")
    void aTimerStartedInATimerWaitsForTheNextRound() {
        loop.setTimeout(
                Duration.ZERO,
                () -> {
                    journal.add("first");
                    loop.setTimeout(Duration.ZERO, journal.line("started inside"));
                    loop.setImmediate(journal.line("check"));
                });
        loop.setTimeout(Duration.ZERO, journal.line("second"));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("first", "second", "check", "started inside");
    }

    @Test
    @Tag("R3")
    void aRepeatingTimerCanStopItselfInItsCallback() {
        int[] count = {0};
        TimerHandle[] timer = new TimerHandle[1];
        timer[0] =
                loop.setInterval(
                        millis(5),
                        () -> {
                            assertThat(timer[0].isActive())
                                    .as("armed before the callback")
                                    .isTrue();
                            if (++count[0] == 3) {
                                timer[0].stop();
                            }
                        });
        loop.run(RunMode.DEFAULT);
        assertThat(count[0]).isEqualTo(3);
        assertThat(timer[0].isActive()).isFalse();
        assertThat(loop.now()).isEqualTo(millis(15));
    }

    @Test
    @Tag("R3")
    void aRepeatingTimerCanCloseItselfInItsCallback() {
        TimerHandle[] timer = new TimerHandle[1];
        timer[0] =
                loop.setInterval(
                        millis(5),
                        () -> {
                            journal.add("fired");
                            timer[0].onClose(journal.line("closed"));
                            timer[0].close();
                        });
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("fired", "closed");
    }

    @Test
    @Tag("A7")
    void timersOfOneBusyCallbackShareTheirStartingPoint() {
        loop.setTimeout(
                millis(1),
                () -> {
                    Duration before = loop.now();
                    TimerHandle one = new TimerHandle(loop);
                    one.start(millis(30), journal.line("one"));
                    driver.passMillis(5);
                    TimerHandle two = new TimerHandle(loop);
                    two.start(millis(30), journal.line("two"));
                    assertThat(loop.now())
                            .as("the clock is not read inside a turn")
                            .isEqualTo(before);
                    assertThat(two.dueNanos()).isEqualTo(one.dueNanos());
                    loop.updateTime();
                    assertThat(loop.now()).isEqualTo(before.plusMillis(5));
                    assertThat(one.dueIn()).isEqualTo(millis(25));
                });
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("one", "two");
    }

    @Test
    @Tag("A7")
    void aTimeoutCountsFromTheCallHoweverLongTheCallbackTook() {
        loop.setTimeout(
                millis(1),
                () -> {
                    driver.passMillis(500);
                    long before = loop.hrtime();
                    loop.setTimeout(millis(400), () -> journal.add("timeout" + since(before)));
                    TimerHandle[] interval = new TimerHandle[1];
                    interval[0] =
                            loop.setInterval(
                                    millis(450),
                                    () -> {
                                        journal.add("interval" + since(before));
                                        interval[0].close();
                                    });
                });
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("timeout 400", "interval 450");
    }

    private String since(long nanos) {
        return " " + Duration.ofNanos(loop.hrtime() - nanos).toMillis();
    }

    @Test
    @Tag("A7")
    void callbacksOfOneTurnFindTheSameTime() {
        for (int i = 0; i < 3; i++) {
            loop.execute(() -> {
                journal.add("at " + loop.now().toMillis());
                driver.passMillis(7);
            });
        }
        loop.setImmediate(() -> journal.add("check at " + loop.now().toMillis()));
        loop.setTimeout(millis(20), () -> journal.add("timer at " + loop.now().toMillis()));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines())
                .containsExactly("at 0", "at 0", "at 0", "check at 0", "timer at 21");
    }

    @Test
    @Tag("A16")
    void anUnreferencedTimerDoesNotHoldTheLoop() {
        TimerHandle timer = loop.setTimeout(millis(10), journal.line("never"));
        timer.unref();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(driver.timeouts()).as("it did not even poll").isEmpty();

        loop.setTimeout(millis(20), journal.line("holds"));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines())
                .as("it fires while something else holds")
                .containsExactly("never", "holds");
    }

    @Test
    void startingAgainMovesATimer() {
        TimerHandle timer = loop.setTimeout(millis(10), journal.line("old"));
        timer.start(millis(30), journal.line("new"));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("new");
        assertThat(loop.now()).isEqualTo(millis(30));
    }

    @Test
    void againRestartsARepeatingTimerOnly() {
        TimerHandle fresh = new TimerHandle(loop);
        assertThatThrownBy(fresh::again).isInstanceOf(IllegalStateException.class);
        TimerHandle once = loop.setTimeout(millis(10), journal.line("once"));
        TimerHandle[] twice = new TimerHandle[1];
        twice[0] = new TimerHandle(loop);
        twice[0].start(
                millis(1),
                millis(10),
                () -> {
                    journal.add("tick at " + loop.now().toMillis());
                    if (loop.now().toMillis() > 1) {
                        twice[0].stop();
                    }
                });
        loop.setTimeout(
                millis(6),
                () -> {
                    twice[0].again();
                    once.again();
                });
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("tick at 1", "once", "tick at 16");
    }

    @Test
    void theLongestDelayIsNeverDueAndDoesNotOverflow() {
        TimerHandle never =
                loop.setTimeout(Duration.ofSeconds(Long.MAX_VALUE), journal.line("never"));
        loop.setTimeout(millis(1), journal.line("soon"));
        loop.run(RunMode.ONCE);
        assertThat(journal.lines()).containsExactly("soon");
        assertThat(never.dueIn()).isGreaterThan(Duration.ofDays(365));
        driver.passMillis(Duration.ofDays(365).toMillis());
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).as("a year later as well").containsExactly("soon");
    }

    /** Due times are told apart by their difference, which a time-out of "never" must not wrap. */
    @Test
    void aTimerThatIsOverdueComesBeforeOneThatIsNeverDue() {
        loop.setTimeout(millis(1), journal.line("soon"));
        driver.passMillis(500);
        loop.setTimeout(Duration.ofSeconds(Long.MAX_VALUE), journal.line("never"));
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("soon");
    }

    /** As in libuv: what the turn's other timers took is not added. */
    @Test
    @Tag("A7")
    void aRepeatingTimerCountsFromTheTimeOfItsTurn() {
        List<Duration> left = new ArrayList<>();
        TimerHandle repeating = new TimerHandle(loop);
        loop.setTimeout(millis(10), () -> driver.passMillis(7));
        repeating.start(millis(10), millis(10), () -> left.add(repeating.dueIn()));
        loop.setTimeout(millis(10), () -> driver.passMillis(7));
        TimerHandle second = new TimerHandle(loop);
        second.start(millis(10), millis(10), () -> left.add(second.dueIn()));
        loop.run(RunMode.ONCE);
        assertThat(left).containsExactly(millis(10), millis(10));
        repeating.close();
        second.close();
    }

    @Test
    void wrongDurationsAreRefused() {
        assertThatThrownBy(() -> loop.setTimeout(millis(-1), () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("zero or more");
        assertThatThrownBy(() -> loop.setInterval(Duration.ZERO, () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than zero");
        TimerHandle closed = new TimerHandle(loop);
        closed.close();
        assertThatThrownBy(() -> closed.start(millis(1), () -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    /** A machine that slept, or a process that was stopped, for an hour. */
    @Test
    @Tag("X74")
    void afterAJumpOfTheClockEachTimerFiresOnceAndInOrder() {
        TimerHandle interval = loop.setInterval(millis(10), journal.line("interval"));
        loop.setTimeout(millis(30), journal.line("30"));
        loop.setTimeout(millis(20), journal.line("20"));
        loop.setImmediate(() -> driver.passMillis(3_600_000));
        loop.run(RunMode.ONCE);
        assertThat(journal.lines()).containsExactly("interval", "20", "30");
        assertThat(interval.dueIn()).as("from now on, not made up for").isEqualTo(millis(10));
        loop.run(RunMode.ONCE);
        assertThat(journal.lines()).containsExactly("interval", "20", "30", "interval");
        interval.close();
    }
}
