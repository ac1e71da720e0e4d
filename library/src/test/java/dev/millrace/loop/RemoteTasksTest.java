package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class RemoteTasksTest {
    /**
     * The second task arrives while the first one runs, so its wake-up is left over when it has run
     * already. A third one, which comes when the loop sleeps again, must not trust that wake-up.
     */
    @Test
    void aWakeUpThatCameTooLateDoesNotSwallowTheNext() {
        Journal journal = new Journal();
        CountDownLatch asleep = new CountDownLatch(1);
        RecordingDriver[] driver = new RecordingDriver[1];
        LoopFixture.run(
                () -> Loop.on(driver[0] = new RecordingDriver()),
                loop -> {
                    Runnable done = loop.keepAlive();
                    loop.execute(() -> onAnotherThread(() -> loop.execute(journal.line("second"))));
                    driver[0].beforePoll(timeout -> {
                        if (timeout < 0 && driver[0].timeouts().size() > 2) {
                            asleep.countDown();
                        }
                    });
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                await(asleep);
                                loop.execute(() -> {
                                    journal.add("third");
                                    done.run();
                                });
                            });
                });
        assertThat(journal.lines()).containsExactly("second", "third");
    }

    @Test
    void manyTasksOfOneTurnWakeTheLoopOnce() {
        RecordingDriver driver = new RecordingDriver();
        try (Loop loop = Loop.on(driver)) {
            for (int i = 0; i < 100; i++) {
                loop.execute(() -> {});
            }
            assertThat(driver.wakeUps()).isEqualTo(1);
            loop.run(RunMode.DEFAULT);
            loop.execute(() -> {});
            assertThat(driver.wakeUps()).isEqualTo(2);
        }
    }

    private static void onAnotherThread(Runnable task) {
        Thread thread = Thread.ofPlatform().start(task);
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
