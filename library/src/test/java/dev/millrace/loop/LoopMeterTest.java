package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.testing.LoopFixture;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On virtual time: a poll jumps to the next timer. */
class LoopMeterTest {
    private final RecordingDriver driver = new RecordingDriver().withVirtualTime();
    private final Loop loop = Loop.on(driver);

    @AfterEach
    void close() {
        loop.close();
    }

    private void after(int millis, Runnable task) {
        loop.setTimeout(Duration.ofMillis(millis), task);
    }

    @Test
    void aLoopThatIsNotMeasuredSaysSo() {
        after(5, () -> {});
        loop.run(RunMode.DEFAULT);
        assertThatThrownBy(loop::metrics)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("measure()");
    }

    @Test
    void turnsAndEventsAreCounted() {
        loop.measure();
        loop.execute(() -> {});
        loop.execute(() -> {});
        after(1, () -> {});
        loop.run(RunMode.NOWAIT);
        loop.run(RunMode.ONCE);
        LoopMetrics metrics = loop.metrics();
        assertThat(metrics.turns()).isEqualTo(2);
        assertThat(metrics.events()).isEqualTo(2);
        assertThat(metrics.timerLag().count()).isEqualTo(1);
    }

    @Test
    void idleIsTheTimeSpentWaitingAndNothingElse() {
        loop.measure();
        after(50, () -> driver.passMillis(7));
        after(100, () -> {});
        loop.run(RunMode.DEFAULT);
        LoopMetrics metrics = loop.metrics();
        assertThat(metrics.idle()).isEqualTo(Duration.ofMillis(50 + 43));
        assertThat(metrics.turnTime().maxNanos()).isEqualTo(7_000_000);
        assertThat(metrics.turnTime().minNanos()).isZero();
    }

    @Test
    void whatPassesBetweenTwoRunsIsNobodysTime() {
        loop.measure();
        after(50, () -> {});
        driver.passMillis(500);
        after(1000, () -> {});
        loop.run(RunMode.DEFAULT);
        assertThat(loop.metrics().turnTime().maxNanos()).isZero();
        assertThat(loop.metrics().idle()).isEqualTo(Duration.ofMillis(1000));
    }

    @Test
    @Tag("X81")
    void aCallbackThatBlocksMakesTheNextTimerLate() {
        loop.measure();
        after(10, () -> driver.passMillis(200));
        after(20, () -> {});
        loop.run(RunMode.DEFAULT);
        assertThat(loop.metrics().timerLag())
                .isEqualTo(new Lag(2, 0, 95_000_000, 0, 190_000_000, 190_000_000));
    }

    @Test
    void measuringAgainKeepsWhatWasMeasured() {
        loop.measure();
        loop.run(RunMode.NOWAIT);
        after(1, () -> {});
        loop.run(RunMode.DEFAULT);
        LoopMetrics before = loop.metrics();
        loop.measure();
        assertThat(loop.metrics()).isEqualTo(before);
        assertThat(before.turns()).isPositive();
    }

    @Test
    void anyThreadMayRead() {
        try (LoopFixture fixture = new LoopFixture()) {
            fixture.act(fixture.loop()::measure);
            fixture.act(() -> {});
            assertThat(fixture.loop().metrics().events()).isPositive();
            assertThatThrownBy(fixture.loop()::measure).isInstanceOf(WrongThreadException.class);
        }
    }

    /** A wait that ends without an event is a wait all the same: the check phase finds the time. */
    @Test
    @Tag("A7")
    void theCheckPhaseAfterAWaitWithoutEventsFindsTheTimeAfterIt() {
        long[] seen = new long[1];
        after(50, () -> {});
        PhaseHandle check = new PhaseHandle(loop, PhaseHandle.Phase.CHECK);
        check.start(() -> {
            seen[0] = loop.now().toMillis();
            check.close();
        });
        loop.run(RunMode.DEFAULT);
        assertThat(seen[0]).isEqualTo(50);
    }
}
