package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LoopTest {
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration LONG = Duration.ofHours(1);

    @Test
    @Tag("A1")
    void aRunningLoopRefusesToBeClosed() {
        try (Loop loop = Loop.create()) {
            loop.setImmediate(loop::close);
            assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("close it when run has returned");
            assertThat(loop.run(RunMode.DEFAULT)).as("it is whole").isFalse();
        }
    }

    @Test
    @Tag("A1")
    void neitherDoesASetUpCloseItsLoop() {
        assertThatThrownBy(() -> Loop.run(Loop::close))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("close it when run has returned");
    }

    @Test
    @Tag("A1")
    void aClosedLoopIsNotRunAndDropsItsTasks() {
        Loop loop = Loop.create();
        Journal journal = new Journal();
        loop.execute(journal.line("before"));
        loop.close();
        loop.close();
        loop.execute(journal.line("after"));
        assertThat(loop.isAlive()).as("tasks wait").isFalse();
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the loop is closed");
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void aClosedLoopGetsNoHandles() {
        Loop loop = Loop.create();
        loop.close();
        assertThatThrownBy(() -> loop.setTimeout(LONG, () -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the loop is closed");
    }

    @Test
    @Tag("A1")
    void aHandleBelongsToTheLoopItWasMadeOn() {
        try (Loop one = Loop.create();
                Loop two = Loop.create()) {
            TimerHandle timer = one.setTimeout(LONG, () -> {});
            assertThat(timer.loop()).isSameAs(one);
            assertThat(two.run(RunMode.DEFAULT)).as("the other loop has nothing to do").isFalse();
            assertThat(timer.isActive()).isTrue();
        }
    }

    private static String refusal(Loop loop, Thread.Builder caller) {
        CompletableFuture<String> text = new CompletableFuture<>();
        caller.start(() -> {
            try {
                loop.stop();
                text.complete("done");
            } catch (WrongThreadException e) {
                text.complete(e.getMessage());
            }
        });
        return text.join();
    }

    @Test
    @Tag("A1")
    void theErrorOfAnotherThreadNamesBothThreadsAndTheWayBack() {
        try (LoopFixture fixture = new LoopFixture()) {
            String self = Thread.currentThread().getName();
            assertThatThrownBy(() -> fixture.loop().setTimeout(LONG, () -> {}))
                    .isInstanceOf(WrongThreadException.class)
                    .hasMessage(
                            "this belongs to the loop of fixture-loop but was called from "
                                    + self
                                    + ": hand the call over with loop.execute(() -> ...)");
            assertThat(refusal(fixture.loop(), Thread.ofVirtual()))
                    .contains("called from virtual thread: hand the call over");
            assertThat(refusal(fixture.loop(), Thread.ofVirtual().name("worker")))
                    .contains("called from virtual thread worker: hand the call over");
            TimerHandle timer = fixture.call(() -> new TimerHandle(fixture.loop()));
            List<Runnable> calls =
                    List.of(
                            timer::stop,
                            timer::close,
                            timer::unref,
                            () -> timer.onClose(() -> {}),
                            () -> fixture.loop().nextTick(() -> {}),
                            () -> fixture.loop().setImmediate(() -> {}),
                            () -> fixture.loop().stop(),
                            () -> fixture.loop().run(RunMode.NOWAIT),
                            () -> fixture.loop().close());
            assertThat(calls)
                    .allSatisfy(call ->
                            assertThatThrownBy(call::run).isInstanceOf(WrongThreadException.class));
        }
    }

    @Test
    void aVirtualThreadIsRefused() {
        CompletableFuture<Loop> made = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        made.complete(Loop.create());
                    } catch (Throwable thrown) {
                        made.completeExceptionally(thrown);
                    }
                });
        assertThatThrownBy(made::join)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("platform thread");
    }

    @Test
    @Tag("A2")
    void defaultRunsUntilNothingIsLeft() {
        try (Loop loop = Loop.on(new RecordingDriver().withVirtualTime())) {
            Journal journal = new Journal();
            loop.setTimeout(MILLI, () -> loop.setTimeout(MILLI, journal.line("last")));
            assertThat(loop.run(RunMode.DEFAULT)).isFalse();
            assertThat(journal.lines()).containsExactly("last");
        }
    }

    @Test
    @Tag("A2")
    void onceWaitsForOneEvent() {
        RecordingDriver driver = new RecordingDriver().withVirtualTime();
        try (Loop loop = Loop.on(driver)) {
            Journal journal = new Journal();
            loop.setTimeout(Duration.ofMillis(50), journal.line("timer"));
            TimerHandle later = loop.setTimeout(LONG, journal.line("later"));
            assertThat(loop.run(RunMode.ONCE)).as("the second timer is left").isTrue();
            assertThat(journal.lines()).containsExactly("timer");
            assertThat(driver.timeouts()).containsExactly(50_000_000L);
            later.close();
            assertThat(loop.run(RunMode.ONCE)).isFalse();
        }
    }

    @Test
    @Tag("A2")
    void nowaitNeverWaitsAndTellsThatWorkIsLeft() {
        RecordingDriver driver = new RecordingDriver();
        try (Loop loop = Loop.on(driver)) {
            TimerHandle timer = loop.setTimeout(LONG, () -> {});
            assertThat(loop.run(RunMode.NOWAIT)).isTrue();
            assertThat(driver.timeouts()).containsExactly(0L);
            timer.close();
            assertThat(loop.run(RunMode.NOWAIT)).isFalse();
        }
    }

    @Test
    @Tag("A4")
    void whatKeepsALoopAlive() {
        try (Loop loop = Loop.create()) {
            assertThat(loop.isAlive()).as("fresh").isFalse();
            TimerHandle timer = new TimerHandle(loop);
            assertThat(loop.isAlive()).as("an idle handle").isFalse();
            timer.start(LONG, () -> {});
            assertThat(loop.isAlive()).as("an active handle").isTrue();
            timer.unref();
            assertThat(loop.isAlive()).as("an unreferenced handle").isFalse();
            timer.ref();
            assertThat(loop.isAlive()).as("referenced again").isTrue();
            timer.close();
            assertThat(loop.isAlive()).as("a closing handle").isTrue();
            loop.run(RunMode.DEFAULT);
            assertThat(loop.isAlive()).as("a closed handle").isFalse();
            Runnable done = loop.keepAlive();
            assertThat(loop.isAlive()).as("a request").isTrue();
            done.run();
            loop.pend(() -> {});
            assertThat(loop.isAlive()).as("a pending callback").isTrue();
            loop.run(RunMode.DEFAULT);
            loop.execute(() -> {});
            assertThat(loop.isAlive()).as("a task of another thread").isTrue();
            assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        }
    }

    /** Counted twice it would take away what another one holds the loop with. */
    @Test
    @Tag("A4")
    void keepAliveIsTakenBackOnceAndOnTheLoopsThread() {
        try (LoopFixture fixture = new LoopFixture()) {
            Runnable done = fixture.call(() -> fixture.loop().keepAlive());
            assertThatThrownBy(done::run).isInstanceOf(WrongThreadException.class);
            fixture.act(done::run);
            fixture.act(done::run);
            assertThat(fixture.call(() -> fixture.loop().isAlive())).isTrue();
        }
    }

    @Test
    @Tag("A5")
    void aStopBeforeTheRunEndsItBeforeItsFirstTurn() {
        try (Loop loop = Loop.create()) {
            Journal journal = new Journal();
            PhaseHandle idle = new PhaseHandle(loop, PhaseHandle.Phase.IDLE);
            idle.start(() -> {
                journal.add("idle");
                idle.close();
            });
            loop.stop();
            assertThat(loop.run(RunMode.DEFAULT)).as("work is left").isTrue();
            assertThat(journal.lines()).isEmpty();
            assertThat(loop.run(RunMode.DEFAULT)).isFalse();
            assertThat(journal.lines()).containsExactly("idle");
        }
    }

    @Test
    @Tag("A5")
    void stopLetsTheTurnFinishAndTheLoopRunAgain() {
        try (Loop loop = Loop.create()) {
            Journal journal = new Journal();
            PhaseHandle check = new PhaseHandle(loop, PhaseHandle.Phase.CHECK);
            check.start(journal.line("check"));
            PhaseHandle idle = new PhaseHandle(loop, PhaseHandle.Phase.IDLE);
            idle.start(() -> {
                journal.add("idle");
                loop.stop();
            });
            assertThat(loop.run(RunMode.DEFAULT)).as("work is left").isTrue();
            assertThat(journal.lines()).containsExactly("idle", "check");
            assertThat(loop.run(RunMode.DEFAULT)).isTrue();
            assertThat(journal.lines()).containsExactly("idle", "check", "idle", "check");
            idle.close();
            check.close();
            assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        }
    }

    @Test
    void aLoopCannotBeRunFromItsOwnCallback() {
        assertThatThrownBy(() -> Loop.run(loop -> loop.run(RunMode.ONCE)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("can't be run from one of its own callbacks");
    }

    @Test
    @Tag("A13")
    void tasksOfManyThreadsRunOneAtATimeAndInOrderPerThread() {
        int threads = 8;
        int perThread = 5_000;
        List<List<Integer>> seen =
                IntStream.range(0, threads)
                        .<List<Integer>>mapToObj(i -> new ArrayList<>())
                        .toList();
        int[] count = {0};
        CountDownLatch last = new CountDownLatch(threads);
        try (LoopFixture fixture = new LoopFixture()) {
            for (int thread = 0; thread < threads; thread++) {
                List<Integer> mine = seen.get(thread);
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < perThread; i++) {
                                int number = i;
                                fixture.loop()
                                        .execute(() -> {
                                            mine.add(number);
                                            count[0]++;
                                        });
                            }
                            fixture.loop().execute(last::countDown);
                        });
            }
            fixture.await(CompletableFuture.runAsync(() -> join(last)));
            int total = fixture.call(() -> count[0]);
            assertThat(total).isEqualTo(threads * perThread);
            List<Integer> expected = IntStream.range(0, perThread).boxed().toList();
            assertThat(seen).allSatisfy(one -> assertThat(one).isEqualTo(expected));
        }
    }

    private static void join(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tasksOfOtherThreadsCannotStarveTheLoop() {
        try (Loop loop = Loop.create()) {
            Journal journal = new Journal();
            IntStream.range(0, 1025)
                    .forEach(i -> loop.execute(i == 1024 ? journal.line("task 1025") : () -> {}));
            loop.setImmediate(journal.line("check"));
            loop.run(RunMode.DEFAULT);
            assertThat(journal.lines()).containsExactly("check", "task 1025");
        }
    }

    @Test
    void runThrowsWhatTheSetUpThrew() {
        assertThatThrownBy(() ->
                        Loop.run(loop -> {
                            throw new IllegalArgumentException("mine");
                        }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mine");
    }

    @Test
    void anUncaughtIoExceptionComesUnchecked() {
        IOException cause = SystemError.of(98, "listen", IpAddress.loopback(80));
        assertThatThrownBy(() -> Loop.run(loop -> loop.uncaught(cause)))
                .isInstanceOf(UncheckedIOException.class)
                .hasCause(cause)
                .hasMessage("listen EADDRINUSE: address already in use 127.0.0.1:80");
    }

    @Test
    void aListenSourceCanBeReplaced() {
        AtomicReference<Address> asked = new AtomicReference<>();
        try (Loop loop = Loop.create()) {
            assertThat(loop.listenSource()).isSameAs(ListenSource.OWN);
            ListenSource mine = attempt -> asked.set(attempt.address());
            loop.listenSource(mine);
            assertThat(loop.listenSource()).isSameAs(mine);
            assertThat(loop.driverName()).isEqualTo(Drivers.choice().name());
        }
    }
}
