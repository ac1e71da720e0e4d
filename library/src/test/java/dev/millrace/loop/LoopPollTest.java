package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long a loop waits for events. */
@Tag("A6")
class LoopPollTest {
    private final RecordingDriver driver = new RecordingDriver().withVirtualTime();
    private final Loop loop = Loop.on(driver);

    @AfterEach
    void close() {
        loop.close();
    }

    /** The timeouts of the polls of one turn in mode ONCE. */
    private List<Long> timeouts() {
        driver.timeouts().clear();
        loop.run(RunMode.ONCE);
        return List.copyOf(driver.timeouts());
    }

    @Test
    void untilTheNextTimer() {
        loop.setTimeout(Duration.ofMillis(40), () -> {});
        loop.setTimeout(Duration.ofMillis(30), () -> {});
        assertThat(timeouts()).containsExactly(30_000_000L);
        assertThat(timeouts()).containsExactly(10_000_000L);
    }

    @Test
    void notAtAllForATimerThatIsDue() {
        loop.setTimeout(Duration.ofMillis(5), () -> {});
        driver.passMillis(20);
        assertThat(timeouts()).containsExactly(0L);
    }

    @Test
    void forEverWithoutTimers() {
        Runnable done = loop.keepAlive();
        driver.beforePoll(timeout -> loop.execute(done));
        assertThat(timeouts()).containsExactly(-1L);
    }

    @Test
    void notAtAllWhileAnIdleHandleIsActive() {
        TimerHandle timer = loop.setTimeout(Duration.ofHours(1), () -> {});
        PhaseHandle idle = new PhaseHandle(loop, PhaseHandle.Phase.IDLE);
        idle.start(() -> {});
        assertThat(timeouts()).containsExactly(0L);
        idle.stop();
        assertThat(timeouts()).containsExactly(3_600_000_000_000L);
        timer.close();
    }

    @Test
    void notAtAllWhileSomethingWaitsForItsPhase() {
        TimerHandle hours = loop.setTimeout(Duration.ofHours(1), () -> {});
        loop.setImmediate(() -> {});
        assertThat(timeouts()).as("an immediate").containsExactly(0L);
        new TimerHandle(loop).close();
        assertThat(timeouts()).as("a closing handle").containsExactly(0L);
        loop.execute(() -> {});
        assertThat(timeouts()).as("a task of another thread").containsExactly(0L);
        loop.pend(() -> {});
        assertThat(timeouts()).as("a pending callback").containsExactly(0L);
        hours.close();
    }

    @Test
    void notAtAllWhenStopping() {
        loop.setTimeout(Duration.ofHours(1), () -> {});
        PhaseHandle prepare = new PhaseHandle(loop, PhaseHandle.Phase.PREPARE);
        prepare.start(loop::stop);
        assertThat(timeouts()).containsExactly(0L);
    }
}
