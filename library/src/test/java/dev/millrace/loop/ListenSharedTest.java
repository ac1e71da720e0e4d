package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.LoopOn;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three loops of a group that share a listener on NIO, where one accepts for all; on this thread.
 */
class ListenSharedTest {
    private final SharedListeners listeners = new SharedListeners();
    private final List<Loop> loops = new ArrayList<>();
    private final List<ListenHandle> handles = new ArrayList<>();
    private final List<RawClient> clients = new ArrayList<>();
    private final int[] taken = new int[3];
    private int port;

    @BeforeEach
    void listen() throws IOException {
        for (int number = 0; number < 3; number++) {
            Loop loop = LoopOn.driver("nio");
            ListenHandle handle = new ListenHandle(loop, ListenOptions.DEFAULTS);
            listeners.source().open(handle, IpAddress.loopback(0));
            int own = number;
            handle.start(stream -> {
                taken[own]++;
                stream.close();
            });
            loops.add(loop);
            handles.add(handle);
        }
        port = ((IpAddress) handles.getFirst().localAddress()).port();
    }

    @AfterEach
    void close() {
        clients.forEach(RawClient::close);
        handles.forEach(ListenHandle::close);
        loops.forEach(Loop::close);
    }

    private void connect(int count) {
        for (int number = 0; number < count; number++) {
            clients.add(RawClient.connect(port));
        }
    }

    private void turn(int... numbers) {
        for (int number : numbers) {
            loops.get(number).run(RunMode.NOWAIT);
        }
    }

    private void turnUntilTaken(int count) {
        Kernel.await(
                count + " connections to be taken",
                () -> {
                    turn(0, 1, 2);
                    return IntStream.of(taken).sum() == count;
                });
    }

    @Test
    void allListenAtTheSameAddress() {
        assertThat(handles)
                .extracting(ListenHandle::localAddress)
                .containsOnly(IpAddress.loopback(port));
        assertThat(handles).allMatch(ListenHandle::isActive);
    }

    @Test
    void eachLoopHasItsTurn() {
        connect(6);
        turnUntilTaken(6);
        assertThat(taken).containsExactly(2, 2, 2);
        assertThat(clients).allMatch(client -> client.readToEnd().isEmpty());
    }

    @Test
    void aPausedLoopIsSkipped() {
        handles.get(1).pause();
        connect(4);
        turnUntilTaken(4);
        assertThat(taken).containsExactly(2, 0, 2);
    }

    @Test
    void thatTheAcceptorIsPausedHoldsUpNobody() {
        handles.get(0).pause();
        connect(4);
        turnUntilTaken(4);
        assertThat(taken).containsExactly(0, 2, 2);
    }

    @Test
    void whenAllArePausedConnectionsWait() {
        handles.forEach(ListenHandle::pause);
        connect(2);
        turn(0, 1, 2, 0, 1, 2);
        assertThat(taken).containsExactly(0, 0, 0);
        handles.get(2).resume();
        turnUntilTaken(2);
        assertThat(taken).containsExactly(0, 0, 2);
    }

    @Test
    void whatWaitedForALoopThatIsPausedSinceGoesToTheOthers() {
        connect(3);
        turnFirstUntilHandedOn(3);
        handles.get(1).pause();
        turnUntilTaken(3);
        assertThat(taken[1]).isZero();
    }

    @Test
    void whatWaitedForALoopThatLeavesGoesToTheOthers() {
        connect(3);
        turnFirstUntilHandedOn(3);
        handles.get(1).close();
        turnUntilTaken(3);
        assertThat(taken[1]).isZero();
    }

    /** What was handed on to it would never be taken: its loop runs no more. */
    @Test
    void whatWaitedForALoopWhoseDriverIsClosedGoesToTheOthers() {
        connect(3);
        turnFirstUntilHandedOn(3);
        loops.get(1).driver.close();
        Kernel.await(
                "3 connections to be taken",
                () -> {
                    turn(0, 2);
                    return IntStream.of(taken).sum() == 3;
                });
        assertThat(taken[1]).isZero();
    }

    /**
     * The acceptor alone runs until it has its own one of {@code count}: the others have theirs.
     */
    private void turnFirstUntilHandedOn(int count) {
        LoopFixture.turnUntil(loops.get(0), "its own turn", () -> taken[0] == count / 3);
        turn(0, 0, 0);
        assertThat(taken).containsExactly(count / 3, 0, 0);
    }

    @Test
    void whenTheAcceptorLeavesAnotherAcceptsWhatIsQueued() {
        connect(4);
        handles.get(0).close();
        turnUntilTaken(4);
        assertThat(taken).containsExactly(0, 2, 2);
        connect(2);
        turnUntilTaken(6);
        assertThat(taken).containsExactly(0, 3, 3);
    }

    @Test
    void theNextAcceptorMayLeaveBeforeTheSocketHasArrived() {
        connect(2);
        handles.get(0).close();
        handles.get(1).close();
        turnUntilTaken(2);
        assertThat(taken).containsExactly(0, 0, 2);
    }

    /** The part of the acceptor moves as well when its driver goes without its handle. */
    @Test
    void anAcceptorWhoseDriverIsClosedLeavesTheOthersServing() {
        connect(4);
        loops.get(0).driver.close();
        Kernel.await(
                "4 connections to be taken",
                () -> {
                    turn(1, 2);
                    return IntStream.of(taken).sum() == 4;
                });
        assertThat(taken).containsExactly(0, 2, 2);
    }

    /** An error of one listener is told to it, and the others go on. */
    @Test
    void aListenerThatThrowsInItsTurnIsToldAndAllGoOn() throws IOException {
        ListenHandle thrower = new ListenHandle(loops.get(1), ListenOptions.DEFAULTS);
        ListenHandle other = new ListenHandle(loops.get(0), ListenOptions.DEFAULTS);
        SharedListeners pair = new SharedListeners();
        List<Throwable> uncaught = new ArrayList<>();
        loops.get(1).onUncaught(uncaught::add);
        pair.source().open(other, IpAddress.loopback(0));
        pair.source().open(thrower, IpAddress.loopback(0));
        other.start(stream -> {
            taken[0]++;
            stream.close();
        });
        thrower.start(stream -> {
            stream.close();
            throw new IllegalStateException("on purpose");
        });
        handles.add(other);
        handles.add(thrower);
        port = ((IpAddress) other.localAddress()).port();
        connect(2);
        Kernel.await(
                "both turns",
                () -> {
                    turn(0, 1);
                    return !uncaught.isEmpty() && taken[0] == 1;
                });
        assertThat(uncaught).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(clients).allMatch(client -> client.readToEnd().isEmpty());
    }

    @Test
    void theLastOneThatLeavesClosesEverything() {
        connect(3);
        turnFirstUntilHandedOn(3);
        handles.forEach(ListenHandle::close);
        assertThat(clients).allMatch(client -> client.readToEnd().isEmpty());
        assertThat(Kernel.isListening(port)).isFalse();
    }
}
