package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.sys.Errno;
import dev.millrace.testing.RawClient;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link Driver}'s promises about writing (8). */
public abstract class DriverWriteContract extends DriverContract {
    private static final byte[] MUCH = RawClient.pattern(8 << 20);

    /** Writes until no more is taken; how many bytes of {@link #MUCH} that were. */
    private int fill(End end) {
        int taken = 0;
        int count = -1;
        while (count != 0 && taken < MUCH.length) {
            count = driver.tryWrite(end.port, MUCH, taken, MUCH.length - taken);
            assertThat(count).isNotNegative();
            taken += count;
        }
        assertThat(taken).as("a peer that does not read fills up").isLessThan(MUCH.length);
        return taken;
    }

    @Test
    void tryWriteTakesASliceOfAnArray() {
        Pair pair = pair();
        pair.server().read();
        assertThat(driver.tryWrite(pair.client().port, Bytes.of("0123456789"), 3, 4)).isEqualTo(4);
        expect("the slice", () -> pair.server().text().equals("3456"));
        assertThat(driver.tryWrite(pair.client().port, new byte[1], 0, 0)).isZero();
    }

    @Test
    void tryWriteTakesWhatFitsAndNothingIsLostOrTwice() {
        Pair pair = pair();
        int taken = fill(pair.client());
        pair.server().read();
        expect("what was taken", () -> pair.server().received.count() == taken);
        settle();
        assertThat(pair.server().received.toArray())
                .isEqualTo(java.util.Arrays.copyOf(MUCH, taken));
        assertThat(pair.client().seen).containsExactly("connect 0");
    }

    @Test
    @Tag("F9")
    void aWriteEndsOnceWhenThePeerHasReadEnough() {
        Pair pair = pair();
        int taken = fill(pair.client());
        driver.write(pair.client().port, MUCH, taken, MUCH.length - taken);
        settle();
        assertThat(pair.client().seen).as("nobody reads").doesNotContain("written 0");
        pair.server().read();
        expect(pair.client(), "written 0");
        expect("every byte", () -> pair.server().received.count() == MUCH.length);
        settle();
        assertThat(pair.client().count("written 0")).isEqualTo(1);
        assertThat(pair.server().received.toArray()).isEqualTo(MUCH);
        int[] count = {0};
        for (int round = 0; round < 3; round++) {
            poll(0, callback -> count[0]++);
        }
        assertThat(count[0]).as("that it could be written to wakes nobody").isZero();
    }

    @Test
    void aWriteThatFitsIsToldByThePollAllTheSame() {
        Pair pair = pair();
        driver.write(pair.client().port, Bytes.of("fits"), 0, 4);
        assertThat(pair.client().seen).containsExactly("connect 0");
        pair.server().read();
        expect(pair.client(), "written 0");
        expect("the bytes", () -> pair.server().text().equals("fits"));
    }

    @Test
    void writesFollowEachOther() {
        Pair pair = pair();
        End client =
                new End(pair.client().port) {
                    private int next = 1;

                    @Override
                    public void onWritten(int errno) {
                        super.onWritten(errno);
                        if (next < 5) {
                            byte[] bytes = Bytes.of("part " + next++ + " ");
                            driver.write(port, bytes, 0, bytes.length);
                        }
                    }
                };
        driver.write(client.port, Bytes.of("start "), 0, 6);
        pair.server().read();
        expect("all five", () -> client.count("written 0") == 5);
        driver.shutdown(client.port);
        expect(pair.server(), "end");
        assertThat(pair.server().text()).isEqualTo("start part 1 part 2 part 3 part 4 ");
    }

    @Test
    void bothDirectionsAtOnce() {
        Pair pair = pair();
        pair.client().read();
        pair.server().read();
        driver.write(pair.client().port, MUCH, 0, MUCH.length);
        driver.write(pair.server().port, MUCH, 0, MUCH.length);
        expect(
                "both to end",
                () ->
                        pair.client().received.count() == MUCH.length
                                && pair.server().received.count() == MUCH.length);
        expect(pair.client(), "written 0");
        expect(pair.server(), "written 0");
        assertThat(pair.client().received.toArray()).isEqualTo(MUCH);
        assertThat(pair.server().received.toArray()).isEqualTo(MUCH);
    }

    @Test
    void aWriteUnderWayFailsOnceWithThePeersReset() {
        Pair pair = pair();
        int taken = fill(pair.client());
        driver.write(pair.client().port, MUCH, taken, MUCH.length - taken);
        driver.reset(pair.server().port);
        expect(
                "the write to fail",
                () -> pair.client().seen.stream().anyMatch(line -> line.startsWith("written")));
        settle();
        assertThat(pair.client().seen)
                .filteredOn(line -> line.startsWith("written"))
                .containsAnyOf("written " + Errno.ECONNRESET, "written " + Errno.EPIPE)
                .hasSize(1);
    }

    @Test
    void aResetWhileWritingIsAnErrorOfTheNextWrite() {
        Pair pair = pair();
        driver.reset(pair.server().port);
        settle();
        byte[] one = {1};
        int[] result = {1};
        expect(
                "a write to fail",
                () -> {
                    result[0] = driver.tryWrite(pair.client().port, one, 0, 1);
                    return result[0] < 0;
                });
        assertThat(result[0]).isIn(-Errno.ECONNRESET, -Errno.EPIPE);
    }

    @Test
    @Tag("F8")
    void theFinFollowsTheBytesTaken() {
        Pair pair = pair();
        int taken = fill(pair.client());
        assertThat(driver.shutdown(pair.client().port)).isZero();
        pair.server().read();
        expect(pair.server(), "end");
        assertThat(pair.server().received.count()).isEqualTo(taken);
    }

    @Test
    void writingAfterShutdownIsRefused() {
        Pair pair = pair();
        driver.shutdown(pair.client().port);
        assertThat(driver.tryWrite(pair.client().port, new byte[1], 0, 1)).isEqualTo(-Errno.EPIPE);
    }
}
