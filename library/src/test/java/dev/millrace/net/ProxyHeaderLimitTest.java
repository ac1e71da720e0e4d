package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How long a header of the PROXY protocol may take, on time that stands still. */
class ProxyHeaderLimitTest {
    private static final byte[] HEADER = ProxyHeader.local().encode();

    private final Journal journal = new Journal();

    @Test
    @Tag("I20")
    void bytesOneByOneDoNotProlongIt() {
        RecordingDriver driver = new RecordingDriver().withStoppedTime();
        try (Loop loop = DriverLoops.on(driver)) {
            NetServer server = server(loop);
            NetSocket client = NetSocket.connect(loop, server.address().orElseThrow());
            client.onClose(journal.line("gone"));
            for (int at = 0; at < 5; at++) {
                long sent = at + 1;
                client.write(new byte[] {HEADER[at]});
                LoopFixture.pollUntil(loop, "it left", () -> client.bytesWritten() == sent);
                driver.passMillis(999);
                loop.run(RunMode.NOWAIT);
            }
            assertThat(journal.lines()).isEmpty();
            driver.passMillis(5);
            LoopFixture.pollUntil(loop, "the drop", () -> !journal.lines().isEmpty());
            assertThat(journal.lines().getFirst()).startsWith("PROXY_HEADER").contains("ETIMEDOUT");
            LoopFixture.pollUntil(loop, "the end", () -> journal.count("gone") == 1);
            assertThat(server.droppedCount()).isEqualTo(1);
        }
    }

    @Test
    @Tag("I20")
    void oneThatIsCompleteHasNoLimitAnyMore() {
        RecordingDriver driver = new RecordingDriver().withStoppedTime();
        try (Loop loop = DriverLoops.on(driver)) {
            NetServer server = server(loop);
            NetSocket client = NetSocket.connect(loop, server.address().orElseThrow());
            client.write(HEADER, 0, HEADER.length);
            LoopFixture.pollUntil(loop, "served", () -> journal.count("served") == 1);
            driver.passMillis(60_000);
            LoopFixture.pollUntil(loop, "a turn", () -> true);
            assertThat(server.connectionCount()).isEqualTo(1);
            assertThat(journal.lines()).containsExactly("served");
        }
    }

    /** A loop that was busy has not read what came in time. */
    @Test
    @Tag("I20")
    void whatLiesInTheKernelWhenTheTimeIsOverCounts() {
        RecordingDriver driver = new RecordingDriver().withStoppedTime();
        try (Loop loop = DriverLoops.on(driver)) {
            NetServer server = server(loop);
            NetSocket client = NetSocket.connect(loop, server.address().orElseThrow());
            client.write(Arrays.copyOf(HEADER, 3));
            LoopFixture.pollUntil(loop, "accepted", () -> client.bytesWritten() == 3);
            loop.run(RunMode.NOWAIT);
            loop.setImmediate(() -> {
                client.write(Arrays.copyOfRange(HEADER, 3, HEADER.length));
                driver.passMillis(5_001);
            });
            LoopFixture.pollUntil(loop, "an outcome", () -> !journal.lines().isEmpty());
            assertThat(journal.lines()).containsExactly("served");
        }
    }

    private NetServer server(Loop loop) {
        ProxyProtocol protocol =
                ProxyProtocol.required("127.0.0.1").withHeaderLimit(Duration.ofSeconds(5));
        NetServer server =
                NetServer.create(
                                loop,
                                NetServerOptions.DEFAULTS.withProxyProtocol(protocol),
                                socket -> journal.add("served"))
                        .onDrop(drop -> journal.add(drop.reason() + " " + drop.error()))
                        .listen(IpAddress.loopback(0));
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        return server;
    }
}
