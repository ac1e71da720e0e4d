package dev.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.ListenAttempt;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.Framing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
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

    /**
     * A source that answers a moment later, or not before the close: no run waits for ever, and
     * each server is told one outcome.
     */
    @Test
    void aListenIsAnsweredLaterOrNotAtAll() {
        for (int seed = 0; seed < 200; seed++) {
            boolean isAnswered = seed % 2 == 0;
            assertThat(listenedLater(seed, isAnswered))
                    .as("seed %d", seed)
                    .isEqualTo(isAnswered ? "listening served closed " : "closed ");
        }
    }

    private static String listenedLater(int seed, boolean isAnswered) {
        StringBuilder told = new StringBuilder();
        Faults faults = Faults.NONE.with(Fault.DELAY, 0.5);
        SimDriver driver = new SimDriver(new SplittableRandom(seed), faults, new EventLog(false));
        try (Loop loop = DriverLoops.on(driver)) {
            loop.listenSource(
                    attempt -> loop.setTimeout(Duration.ofMillis(20), () -> answer(attempt)));
            NetServer server = NetServer.create(loop, socket -> socket.end("served"));
            server.onListening(() -> {
                told.append("listening ");
                NetSocket client = NetSocket.connect(loop, PLACE);
                client.onData(data -> told.append("served "));
                client.onEnd(server::close);
            });
            server.onClose(() -> told.append("closed "));
            server.listen(PLACE);
            if (!isAnswered) {
                loop.setTimeout(Duration.ofMillis(10), server::close);
            }
            loop.run(RunMode.DEFAULT);
        }
        return told.toString();
    }

    private static void answer(ListenAttempt attempt) {
        try {
            if (!attempt.isCancelled()) {
                ListenSource.OWN.open(attempt);
            }
        } catch (IOException e) {
            attempt.failed(e);
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
