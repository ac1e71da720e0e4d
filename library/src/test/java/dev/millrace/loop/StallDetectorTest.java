package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callbacks take the samples themselves, at times of their own making. */
@Tag("X81")
class StallDetectorTest {
    private static final Duration THRESHOLD = Duration.ofMillis(100);

    private final Loop loop = Loop.create();
    private final List<Stall> stalls = new ArrayList<>();
    private final StallDetector detector = new StallDetector(loop, THRESHOLD, stalls::add);

    @AfterEach
    void close() {
        loop.close();
    }

    private void sampleAt(int... millis) {
        for (int time : millis) {
            detector.sample(time * 1_000_000L);
        }
    }

    private void inOneCallback(int... millis) {
        loop.setImmediate(() -> sampleAt(millis));
        loop.run(RunMode.DEFAULT);
    }

    @Test
    void aCallbackOverTheThresholdIsToldOnceWithItsStackAndOnceWhenItIsOver() {
        sampleAt(0);
        inOneCallback(1000, 1100, 1101, 1125, 1200);
        assertThat(stalls).hasSize(1);
        Stall stall = stalls.getFirst();
        assertThat(stall.isOver()).isFalse();
        assertThat(stall.lasted()).isEqualTo(Duration.ofMillis(101));
        assertThat(stall.thread()).isEqualTo(Thread.currentThread().getName());
        assertThat(stall.stackText()).contains("StallDetectorTest.inOneCallback");

        sampleAt(1300, 1400);
        assertThat(stalls).hasSize(2);
        assertThat(stalls.getLast())
                .isEqualTo(new Stall(stall.thread(), Duration.ofMillis(300), stall.stack(), true));
    }

    @Test
    void manyShortCallbacksAndALongWaitAreNoStall() {
        for (int i = 0; i < 10; i++) {
            int start = i * 90;
            inOneCallback(start, start + 80);
        }
        sampleAt(10_000, 20_000, 30_000);
        assertThat(stalls).isEmpty();
    }

    @Test
    void theSecondStallIsToldAsWell() {
        inOneCallback(0, 200);
        inOneCallback(300, 500);
        sampleAt(600);
        assertThat(stalls).extracting(Stall::isOver).containsExactly(false, true, false, true);
    }

    @Test
    @Tag("X84")
    void ticksThatBreedTicksAreAStall() {
        int[] count = {0};
        Runnable[] tick = new Runnable[1];
        tick[0] =
                () -> {
                    sampleAt(count[0]);
                    if (++count[0] < 300) {
                        loop.nextTick(tick[0]);
                    }
                };
        loop.nextTick(() -> {});
        loop.setImmediate(() -> loop.nextTick(tick[0]));
        loop.run(RunMode.DEFAULT);
        assertThat(stalls).hasSize(1);
        assertThat(stalls.getFirst().stackText()).contains("ticksThatBreedTicks");
    }

    @Test
    @Tag("X84")
    void immediatesThatBreedImmediatesLetEventsThrough() {
        boolean[] hasEventCome = new boolean[1];
        loop.execute(() -> hasEventCome[0] = true);
        Runnable[] again = new Runnable[1];
        again[0] =
                () -> {
                    if (!hasEventCome[0]) {
                        loop.setImmediate(again[0]);
                    }
                };
        loop.setImmediate(again[0]);
        loop.run(RunMode.DEFAULT);
        assertThat(hasEventCome[0]).isTrue();
        assertThat(stalls).isEmpty();
    }

    @Test
    void aDetectorPutUpInsideACallbackWatchesFromTheNextOneOn() {
        List<Stall> late = new ArrayList<>();
        StallDetector[] second = new StallDetector[1];
        detector.close();
        loop.setImmediate(() -> second[0] = new StallDetector(loop, THRESHOLD, late::add));
        loop.run(RunMode.DEFAULT);
        second[0].sample(0);
        second[0].sample(1_000_000_000L);
        assertThat(late).as("between callbacks").isEmpty();
        loop.setImmediate(() -> {
            second[0].sample(2_000_000_000L);
            second[0].sample(3_000_000_000L);
        });
        loop.run(RunMode.DEFAULT);
        assertThat(late).hasSize(1);
    }

    @Test
    void aClosedDetectorTellsNothingAndTheLoopWritesNoMore() {
        detector.close();
        detector.close();
        assertThat(loop.gauge()).isNull();
        inOneCallback(0, 200, 400);
        assertThat(stalls).isEmpty();
    }

    @Test
    void aListenerThatThrowsIsUncaughtOnTheLoop() {
        StallDetector throwing =
                new StallDetector(
                        loop,
                        THRESHOLD,
                        stall -> {
                            throw new IllegalStateException("mine");
                        });
        loop.setImmediate(() -> {
            throwing.sample(0);
            throwing.sample(200_000_000L);
        });
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT)).hasMessage("mine");
    }

    @Test
    void aThresholdBelowAMillisecondIsRefused() {
        Duration tooShort = Duration.ofNanos(999_999);
        assertThatThrownBy(() -> StallDetector.start(loop, tooShort, stalls::add))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(detector.intervalNanos()).isEqualTo(25_000_000);
    }

    /** Tells {@code listener} of stalls in {@code method}; a slow machine has others. */
    private static StallDetector watched(
            LoopFixture fixture, String method, Consumer<Stall> listener) {
        Consumer<Stall> filter =
                stall -> {
                    if (stall.stackText().contains(method)) {
                        listener.accept(stall);
                    }
                };
        Duration threshold = StallDetector.THRESHOLD_MIN;
        return fixture.call(() -> StallDetector.start(fixture.loop(), threshold, filter));
    }

    /** With the process's own watcher: the callback ends when the watcher has told of it. */
    @Test
    void theWatcherNoticesByItself() {
        try (LoopFixture fixture = new LoopFixture()) {
            Journal journal = new Journal();
            CountDownLatch told = new CountDownLatch(1);
            StallDetector started =
                    watched(
                            fixture,
                            "blockUntil",
                            stall -> {
                                journal.add("over " + stall.isOver());
                                told.countDown();
                            });
            fixture.act(() -> blockUntil(told));
            journal.await("over true");
            assertThat(journal.lines()).containsExactly("over false", "over true");
            fixture.act(started::close);
        }
    }

    /** All loops of the process have the one watcher. */
    @Test
    void aListenerThatInterruptsTheWatcherDoesNotEndIt() {
        try (LoopFixture fixture = new LoopFixture()) {
            Journal journal = new Journal();
            StallDetector started =
                    watched(
                            fixture,
                            "Journal.await",
                            stall -> {
                                journal.add("over " + stall.isOver());
                                Thread.currentThread().interrupt();
                            });
            fixture.act(() -> journal.await("over false"));
            journal.await("over true");
            fixture.act(() -> journal.await("over false", 2));
            journal.await("over true", 2);
            assertThat(journal.lines()).hasSize(4);
            fixture.act(started::close);
        }
    }

    private static void blockUntil(CountDownLatch latch) throws InterruptedException {
        latch.await();
    }

    @Test
    void bothAreFlightRecorderEvents(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("stalls.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("millrace.Stall");
            recording.start();
            inOneCallback(0, 200);
            sampleAt(300);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events).hasSize(2);
        assertThat(events.getFirst().getString("stack")).contains("inOneCallback");
        assertThat(events.getFirst().getBoolean("isOver")).isFalse();
        assertThat(events.getLast().getBoolean("isOver")).isTrue();
        assertThat(events.getLast().getDuration("lasted")).isEqualTo(Duration.ofMillis(300));
        assertThat(events.getLast().getEventType().getCategoryNames()).containsExactly("millrace");
    }

    /** What the child does. */
    static final class Program {
        public static void main(String[] arguments) {
            CountDownLatch told = new CountDownLatch(1);
            Loop.run(loop -> {
                StallDetector.start(loop, StallDetector.THRESHOLD_MIN, stall -> told.countDown());
                loop.setImmediate(() -> {
                    try {
                        blockUntil(told);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                });
            });
            System.out.println("told, flight recorder " + hasFlightRecorder());
        }

        private static boolean hasFlightRecorder() {
            return ModuleLayer.boot().findModule("jdk.jfr").isPresent();
        }
    }

    @Test
    void itWorksWithoutTheFlightRecorder() throws Exception {
        List<String> command = new ArrayList<>(ChildJvm.command(Program.class));
        command.add(1, "--limit-modules=java.base");
        assertThat(ChildJvm.run(command))
                .isEqualTo(new ChildJvm.Result(0, "told, flight recorder false\n"));
    }
}
