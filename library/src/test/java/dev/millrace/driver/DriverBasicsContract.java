package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Driver}'s promises about polling, time, waking and the dispatcher (1, 2, 3, 11, 12). */
public abstract class DriverBasicsContract extends DriverContract {
    private static final long LONG_NANOS = 60_000_000_000L;

    @Test
    void aPollReturnsWhenTheTimeIsOver() {
        long start = driver.nanoTime();
        poll(3_000_000);
        assertThat(driver.nanoTime() - start).isGreaterThanOrEqualTo(3_000_000);
    }

    /** A timer must not find that it is still too early. */
    @Test
    void aPollIsNotOverBeforeItsTimeWhichIsNoWholeMillisecond() {
        for (int round = 0; round < 10; round++) {
            long start = driver.nanoTime();
            poll(1_900_000);
            assertThat(driver.nanoTime() - start).isGreaterThanOrEqualTo(1_900_000);
        }
    }

    @Test
    void aPollWithoutATimeoutDoesNotWait() {
        accepting();
        long start = driver.nanoTime();
        poll(0);
        assertThat(driver.nanoTime() - start).isLessThan(1_000_000_000);
    }

    @Test
    void aPollReturnsWhenSomethingWasDispatched() {
        Pair pair = pair();
        pair.server().read();
        pair.client().send("x");
        long start = driver.nanoTime();
        for (int polls = 0; pair.server().received.count() == 0; polls++) {
            assertThat(polls).isLessThan(10);
            poll(LONG_NANOS);
        }
        assertThat(driver.nanoTime() - start).isLessThan(LONG_NANOS);
    }

    @Test
    void aWakeUpFromAnotherThreadEndsAPoll() throws InterruptedException {
        Thread waker = Thread.ofPlatform().start(driver::wakeUp);
        poll(-1);
        waker.join();
        assertThat(waker.isAlive()).isFalse();
    }

    @Test
    void aWakeUpBeforeThePollEndsThatPoll() {
        driver.wakeUp();
        driver.wakeUp();
        long start = driver.nanoTime();
        poll(LONG_NANOS);
        assertThat(driver.nanoTime() - start).isLessThan(LONG_NANOS);
    }

    @Test
    void wakeUpsAreCollected() {
        driver.wakeUp();
        driver.wakeUp();
        poll(0);
        long start = driver.nanoTime();
        poll(2_000_000);
        assertThat(driver.nanoTime() - start).isGreaterThanOrEqualTo(2_000_000);
    }

    @Test
    @Tag("A9")
    void whatIsReadyTogetherIsEnteredOneByOne() {
        End listener = accepting();
        Pair one = pair(listener);
        Pair two = pair(listener);
        one.server().read();
        two.server().read();
        one.client().send("1");
        two.client().send("22");
        List<Guarded> entered = new ArrayList<>();
        expect(
                "both to arrive",
                () -> {
                    poll(
                            0,
                            callback -> {
                                entered.add(callback);
                                enter(callback);
                            });
                    return one.server().text().equals("1") && two.server().text().equals("22");
                });
        assertThat(entered).hasSizeGreaterThanOrEqualTo(2).doesNotHaveDuplicates();
    }

    @Test
    void anExceptionInOneCallbackSkipsNoOther() {
        End listener = accepting();
        List<End> throwing = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Pair pair = pair(listener);
            End server =
                    new End(pair.server().port) {
                        @Override
                        public void onRead(byte[] array, int offset, int length) {
                            super.onRead(array, offset, length);
                            throw new IllegalStateException("of " + text());
                        }
                    };
            throwing.add(server.read());
            pair.client().send("number " + i);
        }
        for (int i = 0; i < 3; i++) {
            expect(throwing.get(i), "failed of number " + i);
        }
        assertThat(throwing).allMatch(end -> end.seen.size() == 2);
    }

    /** Promise 11: neither do bytes that nobody wants wake the loop, nor room that nobody fills. */
    @Test
    void aPortThatNobodyUsesIsNotDispatched() {
        Pair pair = pair();
        settle();
        pair.client().send("unread");
        int[] count = {0};
        for (int round = 0; round < 5; round++) {
            poll(
                    0,
                    callback -> {
                        count[0]++;
                        enter(callback);
                    });
        }
        settle();
        assertThat(count[0]).isZero();
        assertThat(pair.server().seen).isEmpty();
    }

    @Test
    void theNameIsASingleWord() {
        assertThat(driver.name()).matches("[a-z]+");
    }
}
