package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.testing.LoopFixture;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many connections a second takes, on a clock that the test moves. */
class AcceptRateTest {
    private final RecordingDriver driver = new RecordingDriver().withStoppedTime();
    private final Loop loop = DriverLoops.on(driver);
    private final List<String> refills = new ArrayList<>();
    private final AcceptRate rate = new AcceptRate(loop, 3, () -> refills.add("refill"));

    @AfterEach
    void close() {
        loop.close();
    }

    private void pass(long millis) {
        driver.passMillis(millis);
        // A loop that nothing keeps alive does not turn.
        Runnable held = loop.keepAlive();
        loop.run(RunMode.NOWAIT);
        held.run();
    }

    private boolean take(int count) {
        boolean isLast = false;
        for (int at = 0; at < count; at++) {
            assertThat(isLast).as("before the last one").isFalse();
            isLast = rate.count();
        }
        return isLast;
    }

    @Test
    void itIsSpentForTheRestOfTheSecond() {
        assertThat(take(1)).isFalse();
        pass(400);
        assertThat(take(2)).isTrue();
        assertThat(rate.isSpent()).isTrue();
        pass(599);
        assertThat(rate.isSpent()).isTrue();
        assertThat(refills).isEmpty();
        pass(1);
        assertThat(rate.isSpent()).isFalse();
        assertThat(refills).containsExactly("refill");
        assertThat(take(3)).as("the next second has all of it").isTrue();
    }

    @Test
    void aSecondBeginsWithItsFirstConnection() {
        assertThat(take(2)).isFalse();
        pass(1_000);
        assertThat(take(2)).as("these are of another second").isFalse();
        pass(999);
        assertThat(take(1)).isTrue();
        assertThat(refills).isEmpty();
        pass(1);
        assertThat(refills).containsExactly("refill");
    }

    @Test
    void theRestHoldsNoLoopAndEndsWithTheServer() {
        take(3);
        assertThat(loop.isAlive()).isFalse();
        rate.stop();
        pass(2_000);
        assertThat(refills).isEmpty();
    }

    @Test
    void withoutALimitNothingIsCounted() {
        AcceptRate free = new AcceptRate(loop, ConnectionLimits.NO_LIMIT, () -> {});
        for (int at = 0; at < 1_000; at++) {
            assertThat(free.count()).isFalse();
        }
        assertThat(free.isSpent()).isFalse();
    }

    @Test
    void whatIsBeyondItWaitsInTheKernelAndIsServedInTheNextSecond() {
        List<String> served = new ArrayList<>();
        ConnectionLimits two = ConnectionLimits.DEFAULTS.withMaxPerSecond(2);
        NetServer server =
                NetServer.create(loop, NetServerOptions.DEFAULTS.withLimits(two))
                        .onConnection(socket -> served.add("served"))
                        .onDrop(drop -> served.add("dropped"))
                        .listen(IpAddress.loopback(0));
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        List<NetSocket> clients = new ArrayList<>();
        for (int at = 0; at < 5; at++) {
            clients.add(NetSocket.connect(loop, server.address().orElseThrow()));
        }
        LoopFixture.pollUntil(
                loop, "all", () -> clients.stream().noneMatch(NetSocket::isConnecting));
        expectServed(served, 2);
        pass(500);
        server.pause().resume(); // of no effect on the rate
        expectServed(served, 2);
        pass(500);
        expectServed(served, 4);
        server.pause();
        pass(1_000);
        expectServed(served, 4);
        server.resume();
        expectServed(served, 5);
        assertThat(served).doesNotContain("dropped");
        server.close();
    }

    /** Or a peer that is banned could keep all others out. */
    @Test
    void whatIsDroppedUsesUpNothingOfIt() {
        List<String> seen = new ArrayList<>();
        BlockList banned = BlockList.of("127.0.0.1");
        ConnectionLimits one = ConnectionLimits.DEFAULTS.withMaxPerSecond(1).withBlocked(banned);
        NetServer server =
                NetServer.create(loop, NetServerOptions.DEFAULTS.withLimits(one))
                        .onConnection(socket -> seen.add("served"))
                        .onDrop(drop -> seen.add("dropped"))
                        .listen(IpAddress.loopback(0));
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        for (int at = 0; at < 3; at++) {
            NetSocket.connect(loop, server.address().orElseThrow()).onError(error -> {}).resume();
        }
        LoopFixture.pollUntil(loop, "all", () -> seen.size() == 3);
        banned.remove("127.0.0.1");
        NetSocket.connect(loop, server.address().orElseThrow()).onError(error -> {});
        LoopFixture.pollUntil(loop, "one more", () -> seen.size() == 4);
        assertThat(seen).containsExactly("dropped", "dropped", "dropped", "served");
        server.close();
    }

    private void expectServed(List<String> served, int count) {
        for (int turn = 0; turn < 20; turn++) {
            loop.run(RunMode.NOWAIT);
        }
        assertThat(served).hasSize(count);
    }
}
