package dev.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.FilteredPair;
import dev.millrace.net.NetSocket;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Filters at both ends of a connection whose kernel takes and gives as little as it likes. */
class SimFilterTest {
    private static final int BYTES = 100_000;
    private static final int SEEDS = 20;

    @Test
    void everythingComesBackThoughTheKernelTakesAndGivesLittle() {
        for (int seed = 0; seed < SEEDS; seed++) {
            byte[] sent = new byte[BYTES];
            new Payload(seed, 0).fill(0, sent, 0, BYTES);
            assertThat(echoed(seed, sent)).as("seed %d", seed).isEqualTo(sent);
        }
    }

    @Test
    void soItIsBehindTls() {
        for (int seed = 0; seed < SEEDS; seed++) {
            byte[] sent = new byte[BYTES];
            new Payload(seed, 0).fill(0, sent, 0, BYTES);
            assertThat(echoed(seed, sent, FilteredPair::tls)).as("seed %d", seed).isEqualTo(sent);
        }
    }

    @Test
    @Tag("seeds")
    void behindTlsNoEndLooksWholeThatIsNot() {
        assertThat(TlsSimulation.checkAll(1, 60)).isEmpty();
        List<Boolean> cut =
                LongStream.range(1, 60)
                        .mapToObj(TlsSimulation::of)
                        .map(TlsSimulation::isCut)
                        .toList();
        assertThat(cut).as("an oracle that sees nothing finds nothing").contains(true, false);
    }

    @Test
    @Tag("seeds")
    @Tag("faults")
    void behindTlsEveryFurtherSeedIsRight() {
        assertThat(TlsSimulation.checkAll(61, 440)).isEmpty();
    }

    /** How two ends are connected: what is done with the accepted one, and with ours. */
    private interface Pair {
        void connect(Loop loop, Consumer<NetSocket> accepted, Consumer<NetSocket> ours);
    }

    private static byte[] echoed(int seed, byte[] sent) {
        return echoed(seed, sent, FilteredPair::connect);
    }

    private static byte[] echoed(int seed, byte[] sent, Pair pair) {
        Faults faults =
                Faults.NONE
                        .with(Fault.DELAY, 0.5)
                        .with(Fault.SHORT_WRITE, 0.5)
                        .with(Fault.SHORT_READ, 0.5)
                        .with(Fault.EAGAIN, 0.2)
                        .with(Fault.REORDER, 0.5)
                        .with(Fault.IMMEDIATE_CONNECT, 0.5);
        SimDriver driver = new SimDriver(new SplittableRandom(seed), faults, new EventLog(false));
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        try (Loop loop = DriverLoops.on(driver)) {
            pair.connect(
                    loop,
                    accepted -> accepted.pipeTo(accepted),
                    client -> {
                        client.onData(data -> {
                            received.writeBytes(data.array());
                            client.pause();
                            loop.setImmediate(client::resume);
                        });
                        client.write(sent.clone());
                        client.end();
                    });
            loop.run(RunMode.DEFAULT);
        }
        return received.toByteArray();
    }
}
