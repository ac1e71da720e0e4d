package dev.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.Framing;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What simulated runs have found in the streams, each as small as it gets. */
class SimStreamTest {
    private static final IpAddress PLACE = IpAddress.loopback(7000);

    /** The driver had some of it already when the queue was flushed once more. */
    @ParameterizedTest
    @ValueSource(ints = {1_000, 100_000})
    @Tag("X62")
    void whatTheConnectCallbackWritesIsSentOnceThoughTheKernelTakesLittle(int length) {
        Payload payload = new Payload(1, 0);
        byte[] sent = new byte[length];
        payload.fill(0, sent, 0, length);
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        Faults faults = Faults.NONE.with(Fault.SHORT_WRITE, 1);
        SimDriver driver = new SimDriver(new SplittableRandom(1), faults, new EventLog(false));
        try (Loop loop = DriverLoops.on(driver)) {
            NetServer server =
                    NetServer.create(
                            loop,
                            socket -> socket.onData(data -> received.writeBytes(data.array())));
            server.listen(PLACE);
            NetSocket client = NetSocket.connect(loop, PLACE);
            client.onConnect(() -> {
                client.write(sent.clone());
                client.end();
            });
            client.onClose(server::close);
            loop.run(RunMode.DEFAULT);
        }
        assertThat(received.toByteArray()).isEqualTo(sent);
    }

    /** The kernel cuts the input as it likes; the first owner takes a line, the second the rest. */
    @Test
    void aSocketChangesHandsWhereverTheInputIsCut() {
        for (int seed = 0; seed < 200; seed++) {
            assertThat(handedOver(seed)).as("seed %d", seed).isEqualTo("hello\nrest of it end");
        }
    }

    private static String handedOver(int seed) {
        StringBuilder received = new StringBuilder();
        Faults faults =
                Faults.NONE
                        .with(Fault.SHORT_READ, 0.7)
                        .with(Fault.SHORT_WRITE, 0.7)
                        .with(Fault.DELAY, 0.5);
        SimDriver driver = new SimDriver(new SplittableRandom(seed), faults, new EventLog(false));
        try (Loop loop = DriverLoops.on(driver)) {
            NetServer server =
                    NetServer.create(
                            loop,
                            socket ->
                                    socket.onFrames(
                                            Framing.lines(80),
                                            line -> {
                                                received.append(line).append('\n');
                                                secondOwner(socket.handOver(), received);
                                            }));
            server.listen(PLACE);
            NetSocket client = NetSocket.connect(loop, PLACE);
            client.write("hello\nrest");
            client.end(" of it");
            client.onClose(server::close);
            loop.run(RunMode.DEFAULT);
        }
        return received.toString();
    }

    private static void secondOwner(NetSocket socket, StringBuilder received) {
        socket.loop()
                .setImmediate(() -> {
                    socket.onData(data -> received.append(StandardCharsets.UTF_8.decode(data)));
                    socket.onEnd(() -> received.append(" end"));
                });
    }
}
