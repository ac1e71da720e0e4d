package dev.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.PhaseHandle;
import dev.millrace.loop.RunMode;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.TriplingFilter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The idle timeout of a socket, on virtual time. */
class SimIdleTest {
    private static final IpAddress PLACE = IpAddress.loopback(7000);
    private static final Duration LIMIT = millis(1_000);

    private final SimDriver kernel = new SimDriver();
    private final Loop loop = DriverLoops.on(kernel);
    private final Journal journal = new Journal();
    private final long start = kernel.nanoTime();
    private final NetServer server = NetServer.create(loop);

    @AfterEach
    void close() {
        loop.close();
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    private void at(String what) {
        journal.add((kernel.nanoTime() - start) / 1_000_000 + " " + what);
    }

    private void at(long millis, Runnable task) {
        loop.setTimeout(millis(millis), task);
    }

    /** Connects a client with an idle timeout to a server; both are over after {@code millis}. */
    private NetSocket client(long millis, Consumer<NetSocket> accepted) {
        server.onConnection(socket -> {
            server.close();
            accepted.accept(socket);
        });
        server.listen(PLACE);
        NetSocket client = NetSocket.connect(loop, PLACE);
        client.timeout(LIMIT, () -> at("idle"));
        at(millis, client::destroy);
        return client;
    }

    private void run() {
        loop.run(RunMode.DEFAULT);
    }

    @Test
    @Tag("H5")
    @Tag("H7")
    @Tag("R28")
    void itIsToldOnceForEachIdleStretchAndClosesNothing() {
        NetSocket client = client(6_000, NetSocket::resume);
        at(3_200, () -> client.write("x"));
        at(5_999, () -> at(client.isDestroyed() ? "destroyed" : "open"));
        run();
        assertThat(journal.lines()).containsExactly("1000 idle", "4200 idle", "5999 open");
    }

    @Test
    @Tag("R28")
    void bytesInEitherDirectionAreProgress() {
        NetSocket client =
                client(
                        3_500,
                        socket -> {
                            socket.resume();
                            at(1_400, () -> socket.write("y"));
                        });
        client.resume();
        at(700, () -> client.write("x"));
        run();
        assertThat(journal.lines()).containsExactly("2400 idle");
    }

    /** What waits behind a full kernel is no progress, and what the kernel takes later is. */
    @Test
    @Tag("R28")
    void aWriteThatWaitsIsNoProgress() {
        NetSocket client =
                client(
                        4_500,
                        socket -> {
                            socket.pause();
                            at(2_200, socket::resume);
                        });
        ByteBuffer much = ByteBuffer.allocate(8 << 20);
        at(100, () -> client.write(much));
        at(600, () -> client.write("more"));
        run();
        assertThat(journal.lines()).containsExactly("1100 idle", "3200 idle");
    }

    /** The loop's time is read once a turn, which may be long ago when bytes move. */
    @Test
    @Tag("R28")
    void longCallbacksDoNotMakeItEarly() {
        NetSocket client = client(4_000, NetSocket::resume);
        at(
                500,
                () -> {
                    kernel.pass(millis(700));
                    client.write("x");
                });
        at(
                1_500,
                () -> {
                    kernel.pass(millis(300));
                    client.timeout(LIMIT, () -> at("idle anew"));
                });
        run();
        assertThat(journal.lines()).containsExactly("2800 idle anew");
    }

    @Test
    @Tag("H6")
    void itRunsWhileTheConnectionIsBeingMade() {
        NetSocket client = client(4_000, NetSocket::resume);
        client.filter(
                TriplingFilter.asker(
                        TriplingFilter.Stage.NEVER)); // is ready when it was answered, and never is
        client.timeout(LIMIT, () -> at(client.isConnecting() ? "connecting" : "open"));
        run();
        assertThat(journal.lines()).containsExactly("1000 connecting");
    }

    @Test
    @Tag("H5")
    void zeroRemovesItAndAnotherTakesItsPlace() {
        NetSocket client = client(5_000, NetSocket::resume);
        at(500, () -> client.timeout(millis(2_000), () -> at("second")));
        at(3_000, () -> client.timeout(Duration.ZERO, () -> at("never")));
        at(3_001, () -> client.timeout(millis(500), () -> at("third")));
        at(3_100, client::timeoutOff);
        run();
        assertThat(journal.lines()).containsExactly("2500 second");
        assertThatThrownBy(() -> client.timeout(millis(-1), () -> {}))
                .hasMessage("an idle timeout is zero or more: PT-0.001S");
    }

    @Test
    @Tag("R28")
    void itDoesNotHoldTheLoop() {
        NetSocket client = NetSocket.connect(loop, PLACE);
        client.onError(error -> at("error"));
        client.timeout(Duration.ofSeconds(Long.MAX_VALUE), () -> at("never"));
        client.timeout(LIMIT, () -> at("idle"));
        client.unref();
        run();
        client.timeout(LIMIT, () -> at("of a destroyed one"));
        run();
        assertThat(journal.lines()).containsExactly("0 error");
    }

    @Test
    void aTinyLimitDoesNotMakeTheLoopSpin() {
        NetSocket client = client(100, NetSocket::resume);
        client.timeout(Duration.ofNanos(1), () -> at("idle"));
        int[] turns = {0};
        PhaseHandle check = new PhaseHandle(loop, PhaseHandle.Phase.CHECK);
        check.start(() -> turns[0]++);
        check.unref();
        run();
        assertThat(journal.lines()).containsExactly("1 idle");
        assertThat(turns[0]).isBetween(50, 200);
    }

    @Test
    void itGoesWithTheOldOwner() {
        NetSocket client = client(3_000, NetSocket::resume);
        at(500, client::handOver);
        run();
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void whatItsListenerThrowsIsTheSocketsFailure() {
        NetSocket client = client(3_000, NetSocket::resume);
        client.timeout(
                LIMIT,
                () -> {
                    throw new IllegalStateException("thrown");
                });
        client.onError(error -> at(error.getMessage()));
        run();
        assertThat(journal.lines()).hasSize(1).first().asString().startsWith("1000 a listener");
    }
}
