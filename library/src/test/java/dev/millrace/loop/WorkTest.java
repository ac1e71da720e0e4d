package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.testing.Journal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("A14")
class WorkTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();

    /** Work that nobody does unless the test does it. */
    private final Queue<Runnable> held = new ArrayDeque<>();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void theResultComesBackOnTheLoopWhichWaitsForIt(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "content");
        Work<String> work =
                loop.offload(() -> Files.readString(file) + Thread.currentThread().isVirtual());
        work.thenAccept(text -> journal.add(text + loop.inLoop()));
        assertThat(loop.isAlive()).isTrue();
        assertThat(work.isDone()).as("never before the call has returned").isFalse();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).containsExactly("contenttruetrue");
    }

    /** Were the work done on the loop, the tick that it waits for could not come. */
    @Test
    void slowWorkDoesNotDelayATicker() {
        CountDownLatch thirdTick = new CountDownLatch(3);
        TimerHandle ticker = loop.setInterval(Duration.ofMillis(10), thirdTick::countDown);
        loop.offload(
                        () -> {
                            thirdTick.await();
                            return "done";
                        })
                .thenAccept(text -> {
                    journal.add(text);
                    ticker.close();
                });
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("done");
    }

    @Test
    void aFailureIsTheStagesOnce() {
        loop.offload(
                        () -> {
                            throw new IOException("no such thing");
                        })
                .whenComplete((nothing, thrown) -> journal.add(thrown.getMessage()));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("no such thing");
    }

    @Test
    void aFailureThatNobodyWatchesIsUncaught() {
        loop.offload(() -> {
            throw new IllegalStateException("unseen");
        });
        assertThatThrownBy(() -> loop.run(RunMode.DEFAULT)).hasMessage("unseen");
    }

    @Test
    void whatIsCancelledBeforeAThreadTookItIsNeverDone() {
        Work<Object> work =
                loop.offload(
                        held::add,
                        () -> {
                            journal.add("never");
                            return "";
                        });
        work.whenComplete((r, e) -> journal.add(e.getClass().getSimpleName()));
        assertThat(work.cancel()).isTrue();
        assertThat(work.cancel()).as("again").isFalse();
        assertThat(loop.run(RunMode.DEFAULT)).as("it holds the loop no longer").isFalse();
        held.remove().run();
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("CancellationException");
        assertThat(work).isCancelled();
    }

    @Test
    void whatRunsIsInterruptedAndItsLateResultDropped() {
        CountDownLatch running = new CountDownLatch(1);
        Journal there = new Journal();
        Work<String> work =
                loop.offload(() -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        there.add("interrupted");
                    }
                    return "late";
                });
        work.whenComplete((r, e) -> journal.add(r + " " + (e instanceof CancellationException)));
        loop.offload(
                        () -> {
                            running.await();
                            return true;
                        })
                .thenAccept(ready -> work.cancel());
        loop.run(RunMode.DEFAULT);
        there.await("interrupted");
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("null true");
    }

    @Test
    void anInterruptForOneTaskDoesNotReachTheNextOfItsThread() {
        List<Runnable> both = new ArrayList<>();
        // The JDK's pools forget an interrupt between two tasks; a user's executor need not.
        Executor single =
                task -> {
                    both.add(task);
                    if (both.size() == 2) {
                        Thread.ofPlatform().start(() -> both.forEach(Runnable::run));
                    }
                };
        CountDownLatch running = new CountDownLatch(1);
        Work<Object> first =
                loop.offload(
                        single,
                        () -> {
                            running.countDown();
                            // A call that heeds no interrupt.
                            while (!Thread.currentThread().isInterrupted()) {
                                Thread.onSpinWait();
                            }
                            return "";
                        });
        loop.offload(single, () -> Thread.currentThread().isInterrupted())
                .thenAccept(isInterrupted -> journal.add("interrupted " + isInterrupted));
        loop.offload(
                        () -> {
                            running.await();
                            return true;
                        })
                .thenAccept(ready -> first.cancel());
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("interrupted false");
    }

    @Test
    void doneWorkCannotBeCancelled() {
        Work<String> work = loop.offload(Runnable::run, () -> "done");
        loop.run(RunMode.DEFAULT);
        assertThat(work.cancel()).isFalse();
        assertThat(work.join()).isEqualTo("done");
    }

    /** As a timeout does it. */
    @Test
    void whatTheUserCompletesLetsTheLoopEndWithTheTask() {
        Work<String> work = loop.offload(held::add, () -> "late");
        work.complete("mine");
        held.remove().run();
        loop.run(RunMode.NOWAIT);
        assertThat(loop.isAlive()).isFalse();
        assertThat(work.join()).isEqualTo("mine");
    }

    @Test
    void theLoopsOwnThreadCannotWaitForIt() {
        Work<String> work = loop.offload(held::add, () -> "done");
        assertThatThrownBy(work::join)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("thenAccept");
        held.remove().run();
        loop.run(RunMode.DEFAULT);
        assertThat(work.join()).isEqualTo("done");
    }

    @Test
    void aLoopThatWasClosedMeanwhileNeverHearsOfIt() {
        Work<String> work = loop.offload(held::add, () -> "late");
        loop.close();
        held.remove().run();
        assertThat(work).isNotDone();
    }

    @Test
    void thePoolHasPlatformDaemonsWithAName() {
        loop.offload(
                        WorkPool.shared(),
                        () -> {
                            Thread self = Thread.currentThread();
                            return self.getName().replaceAll("\\d+", "n") + self.isDaemon();
                        })
                .thenAccept(journal::add);
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("millrace-work-ntrue");
    }

    /** As many as the pool has threads run together: each waits for all others to have begun. */
    @Test
    void thePoolRunsAsMuchAtOnceAsItHasThreads() {
        CountDownLatch together = new CountDownLatch(WorkPool.THREADS);
        for (int i = 0; i < WorkPool.THREADS; i++) {
            loop.offload(
                            WorkPool.shared(),
                            () -> {
                                together.countDown();
                                together.await();
                                return "ran";
                            })
                    .thenAccept(journal::add);
        }
        loop.run(RunMode.DEFAULT);
        assertThat(journal.count("ran")).isEqualTo(WorkPool.THREADS);
    }

    @Test
    void pastThePoolsLimitWorkFails() {
        WorkPool tiny = new WorkPool("tiny", 1, 2);
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < 4; i++) {
            int number = i;
            loop.offload(
                            tiny,
                            () -> {
                                release.await();
                                return "done " + number;
                            })
                    .whenComplete((text, thrown) -> {
                        journal.add(thrown == null ? text : thrown.getMessage());
                        if (thrown instanceof RejectedExecutionException) {
                            journal.add(tiny.waiting() + " wait");
                            release.countDown();
                        }
                    });
        }
        assertThat(journal.lines()).as("not from inside the call").isEmpty();
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines())
                .containsExactly(
                        "all 1 threads of tiny are busy and 2 tasks wait already",
                        "2 wait",
                        "done 0",
                        "done 1",
                        "done 2");
        assertThatThrownBy(() -> new WorkPool("none", 0, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aContinuationThatThrowsFailsItsOwnStage() {
        loop.offload(() -> "text")
                .thenApply(Integer::parseInt)
                .exceptionally(thrown -> {
                    journal.add(thrown.getCause().getClass().getSimpleName());
                    assertThat(thrown).isInstanceOf(CompletionException.class);
                    return 0;
                });
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines()).containsExactly("NumberFormatException");
    }
}
