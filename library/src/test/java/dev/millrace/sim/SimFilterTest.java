package dev.millrace.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.FilteredPair;
import java.io.ByteArrayOutputStream;
import java.util.SplittableRandom;
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

    private static byte[] echoed(int seed, byte[] sent) {
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
        try (Loop loop = Loop.on(driver)) {
            FilteredPair.connect(
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
