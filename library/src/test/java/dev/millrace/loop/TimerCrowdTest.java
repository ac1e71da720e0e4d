package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Timers by the ten thousand, which mostly are stopped before they are due. */
class TimerCrowdTest {
    private static final Duration LATE = Duration.ofHours(1);
    private static final int FEW = 100;
    private static final int MANY = 10_000;

    private final Loop loop = Loop.on(new RecordingDriver().withVirtualTime());
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    @Tag("X48")
    void aStartAndAStopCostNearlyTheSameBesideManyOthersAsBesideFew() {
        long few = cheapest(FEW);
        long many = cheapest(MANY);
        // Four times as many levels of a heap; a search would cost a hundred times as much.
        assertThat(many).isLessThan(25 * few);
    }

    /** CPU time of 2,000 starts and stops beside {@code count} timers that run, of the best try. */
    private long cheapest(int count) {
        List<TimerHandle> others = start(count);
        TimerHandle changing = new TimerHandle(loop);
        long best = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 30; attempt++) {
            long begin = threads.getCurrentThreadCpuTime();
            for (int change = 0; change < 2_000; change++) {
                // At times the first one due, at times the last.
                changing.start(Duration.ofMillis(change * 3_600L), () -> {});
                others.get(change % count).stop();
                others.get(change % count).start(LATE, () -> {});
                changing.stop();
            }
            best = Math.min(best, threads.getCurrentThreadCpuTime() - begin);
        }
        others.forEach(Handle::close);
        changing.close();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        return best;
    }

    private List<TimerHandle> start(int count) {
        List<TimerHandle> timers = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            timers.add(loop.setTimeout(LATE.plusMillis(at * 7_919L % count), () -> {}));
        }
        return timers;
    }

    @Test
    @Tag("X48")
    void aTimerThatWasStoppedIsKeptByNothing() {
        List<WeakReference<TimerHandle>> stopped = new ArrayList<>();
        List<TimerHandle> running = start(FEW);
        for (int round = 0; round < 10; round++) {
            List<TimerHandle> crowd = start(MANY);
            for (int at = 0; at < MANY; at += MANY / 10) {
                stopped.add(new WeakReference<>(crowd.get(at)));
            }
            crowd.forEach(TimerHandle::stop);
        }
        for (int attempt = 0; attempt < 20 && isAnyKept(stopped); attempt++) {
            System.gc();
        }
        assertThat(stopped).allMatch(reference -> reference.get() == null);
        assertThat(running).allMatch(Handle::isActive);
    }

    private static boolean isAnyKept(List<WeakReference<TimerHandle>> references) {
        return references.stream().anyMatch(reference -> reference.get() != null);
    }
}
