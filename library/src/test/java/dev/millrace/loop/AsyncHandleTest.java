package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AsyncHandleTest {
    private final RecordingDriver driver = new RecordingDriver();
    private final Loop loop = Loop.on(driver);
    private final Journal journal = new Journal();
    private final AsyncHandle handle = new AsyncHandle(loop, journal.line("async"));

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void manySendsAreOneCallAndOneWakeUp() {
        for (int i = 0; i < 100; i++) {
            handle.send();
        }
        assertThat(journal.lines()).as("never from inside send").isEmpty();
        loop.run(RunMode.ONCE);
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("async");
        assertThat(driver.wakeUps()).isEqualTo(1);
        handle.send();
        loop.run(RunMode.ONCE);
        assertThat(journal.lines()).hasSize(2);
    }

    @Test
    void aSendFromTheListenerCallsItAgainInALaterTurnOrTask() {
        AsyncHandle[] self = new AsyncHandle[1];
        self[0] =
                new AsyncHandle(
                        loop,
                        () -> {
                            journal.add("call");
                            if (journal.lines().size() < 3) {
                                self[0].send();
                            }
                        });
        self[0].send();
        LoopFixture.turnUntil(loop, "three calls", () -> journal.count("call") == 3);
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("call", "call", "call");
    }

    /**
     * The second send of each pair mostly meets a call that is due already, or is beginning. Where
     * two threads have to share a processor, a round takes long: so it is over after a while.
     */
    @Test
    void whatWasWrittenBeforeASendIsSeenByTheCallThatFollows() throws InterruptedException {
        int rounds = 50_000;
        int[] plain = {0};
        AtomicInteger seen = new AtomicInteger();
        AtomicInteger last = new AtomicInteger(-1);
        AtomicInteger unseen = new AtomicInteger();
        AsyncHandle pairs = new AsyncHandle(loop, () -> seen.set(plain[0]));
        long enough = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        long deadline =
                System.nanoTime() + Duration.ofSeconds(LoopFixture.DEADLINE_SECONDS).toNanos() / 2;
        Thread sender =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int round = 1;
                                    round <= rounds
                                            && System.nanoTime() < enough
                                            && unseen.get() == 0;
                                    round++) {
                                plain[0] = 2 * round - 1;
                                pairs.send();
                                plain[0] = 2 * round;
                                pairs.send();
                                while (seen.get() < 2 * round && System.nanoTime() < deadline) {
                                    Thread.onSpinWait();
                                }
                                unseen.set(seen.get() < 2 * round ? 2 * round : 0);
                            }
                            last.set(plain[0]);
                            pairs.send();
                        });
        LoopFixture.turnUntil(loop, "the last round", () -> seen.get() == last.get());
        sender.join();
        assertThat(unseen).hasValue(0);
        assertThat(seen).hasPositiveValue();
    }

    /** Whatever a sender did before its send, a listener that begins after it sees. */
    @Test
    void noSendOfManyThreadsIsLost() {
        int threads = 4;
        int perThread = 20_000;
        AtomicInteger produced = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        CompletableFuture<Integer> all = new CompletableFuture<>();
        try (LoopFixture fixture = new LoopFixture()) {
            AsyncHandle async =
                    fixture.call(() ->
                            new AsyncHandle(
                                    fixture.loop(),
                                    () -> {
                                        calls.incrementAndGet();
                                        if (produced.get() == threads * perThread) {
                                            all.complete(produced.get());
                                        }
                                    }));
            for (int thread = 0; thread < threads; thread++) {
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            for (int i = 0; i < perThread; i++) {
                                produced.incrementAndGet();
                                async.send();
                            }
                        });
            }
            assertThat(fixture.await(all)).isEqualTo(threads * perThread);
            assertThat(calls.get()).isBetween(1, threads * perThread);
        }
    }

    @Test
    void itHoldsTheLoopUnlessUnreferencedOrClosed() {
        assertThat(loop.run(RunMode.NOWAIT)).isTrue();
        handle.unref();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        handle.ref();
        handle.onClose(journal.line("closed"));
        handle.close();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(journal.lines()).containsExactly("closed");
    }

    @Test
    void aSendAfterCloseOrOfAClosedLoopDoesNothing() {
        handle.send();
        handle.close();
        handle.send();
        loop.run(RunMode.DEFAULT);
        handle.send();
        loop.close();
        AsyncHandle late = handle;
        late.send();
        assertThat(journal.lines()).isEmpty();
    }
}
