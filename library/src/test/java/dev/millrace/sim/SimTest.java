package dev.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.sim.Simulation.Order;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The real loop, streams, sockets and HTTP on a simulated kernel, a thousand connections a run:
 * every callback once and in its turn, every byte in its place, nothing lost without an error,
 * nothing left over.
 */
class SimTest {
    /** Of all seeds, how many each build runs. */
    private static final int FIRST = 60;

    private static final int ALL = 500;

    @Test
    @Tag("seeds")
    @Tag("B4")
    @Tag("X62")
    @Tag("X71")
    void everySeedIsRight() {
        assertThat(Simulation.checkAll(1, FIRST)).isEmpty();
    }

    @Test
    @Tag("seeds")
    @Tag("faults")
    void everyFurtherSeedIsRight() {
        assertThat(Simulation.checkAll(1 + FIRST, ALL - FIRST)).isEmpty();
    }

    @Test
    void whatIsOrderedIsRunAndAnythingElseIsAMistake() {
        assertThat(Order.of()).isEqualTo(new Order(1, 500, false));
        assertThat(Order.of("--seeds", "9", "--from", "7")).isEqualTo(new Order(7, 9, false));
        assertThat(Order.of("--trace", "4711")).isEqualTo(new Order(4711, 1, true));
        assertThatThrownBy(() -> Order.of("--seeds")).hasMessage("--seeds needs a number");
        assertThatThrownBy(() -> Order.of("--seed", "x")).hasMessage("--seed needs a number");
        assertThatThrownBy(() -> Order.of("--seedz", "1")).hasMessage("unknown: --seedz");
    }

    @Test
    @Tag("seeds")
    void aSeedIsTheSameRunEveryTime() {
        Simulation.Outcome once = Simulation.trace(4711);
        Simulation.Outcome again = Simulation.trace(4711);
        assertThat(again.lines()).isEqualTo(once.lines());
        assertThat(again.hash()).isEqualTo(once.hash());
        assertThat(Simulation.run(4711).hash()).as("also untraced").isEqualTo(once.hash());
        assertThat(Simulation.run(4712).hash()).isNotEqualTo(once.hash());
    }

    @Test
    void withoutFaultsNothingBefallsAConnection() {
        assertThat(Simulation.run(1, Faults.NONE).complaints()).isEmpty();
        assertThat(words(Simulation.trace(1, Faults.NONE)))
                .contains("accept", "close")
                .doesNotContain("SHED", "ABORTED");
    }

    /** One kind alone, and stronger than all of them together have it. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    @Tag("seeds")
    @Tag("X62")
    void oneKindOfFaultAlone(Fault fault) {
        Faults faults = Faults.NONE.with(fault, Math.min(0.9, 4 * Faults.ALL.rate(fault)));
        for (long seed = 1; seed <= 3; seed++) {
            assertThat(Simulation.run(seed, faults).complaints()).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void descriptorsRunOut() {
        Faults few = Faults.NONE.with(Fault.DELAY, 0.5).withDescriptors(30);
        Simulation.Outcome outcome = Simulation.trace(1, few);
        assertThat(outcome.complaints()).isEmpty();
        assertThat(words(outcome)).contains("SHED");
    }

    /** An oracle that sees nothing finds nothing. */
    @Test
    @Tag("seeds")
    void everythingHappensThatCan() {
        Set<String> seen =
                LongStream.range(1, 9)
                        .mapToObj(Simulation::trace)
                        .flatMap(outcome -> words(outcome).stream())
                        .collect(Collectors.toSet());
        assertThat(seen)
                .contains("connect", "established", "accept", "data", "end", "finish", "error")
                .contains("drain", "written", "write", "shutdown", "close", "reset", "request")
                .contains("answered", "peer", "handle", "ABORTED", "SHED");
    }

    /** The first word of each event. */
    private static Set<String> words(Simulation.Outcome outcome) {
        return outcome.lines().stream().map(line -> line.split(" ")[2]).collect(Collectors.toSet());
    }
}
