package dev.millrace.sim;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.FilteredPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A connection with TLS at both ends on a simulated kernel, which echoes. What comes back is what
 * was sent, or the beginning of it and an error; an end is told behind the whole alone. The kernel
 * does the same for a seed each time, the keys are other ones.
 */
final class TlsSimulation {
    private static final int BYTES_MAX = 150_000;
    private static final Duration LIMIT = Duration.ofHours(1);

    private final byte[] sent;
    private final boolean isResetPossible;
    private final SimDriver driver;

    /** Of the client, between two chunks: there is time for a reset. */
    private final Duration rest;

    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private boolean isEnded;
    private boolean isClosed;
    private String failed = "";

    private TlsSimulation(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        sent = new byte[random.nextInt(BYTES_MAX)];
        new Payload((int) seed, 0).fill(0, sent, 0, sent.length);
        isResetPossible = random.nextBoolean();
        Faults faults =
                Faults.NONE
                        .with(Fault.DELAY, random.nextDouble(0.9))
                        .with(Fault.SHORT_WRITE, random.nextDouble(0.7))
                        .with(Fault.SHORT_READ, random.nextDouble(0.7))
                        .with(Fault.EAGAIN, random.nextDouble(0.3))
                        .with(Fault.SPURIOUS_WAKE_UP, random.nextDouble(0.2))
                        .with(Fault.REORDER, 0.5)
                        .with(Fault.IMMEDIATE_CONNECT, 0.5)
                        .with(Fault.RESET, isResetPossible ? 0.7 : 0);
        rest = Duration.ofMillis(random.nextInt(120));
        driver = new SimDriver(random.split(), faults, new EventLog(false));
    }

    static TlsSimulation of(long seed) {
        TlsSimulation run = new TlsSimulation(seed);
        run.run();
        return run;
    }

    /** Whether it ended with an error, as after a reset. */
    boolean isCut() {
        return !failed.isEmpty();
    }

    /** Of each seed that is not right. */
    static List<String> checkAll(long from, long count) {
        List<String> complaints = new ArrayList<>();
        for (long seed = from; seed < from + count; seed++) {
            String complaint = of(seed).complaint();
            if (!complaint.isEmpty()) {
                complaints.add("seed " + seed + ": " + complaint);
            }
        }
        return complaints;
    }

    private void run() {
        try (Loop loop = DriverLoops.on(driver)) {
            FilteredPair.tls(
                    loop,
                    accepted -> accepted.pipeTo(accepted).onError(error -> {}),
                    client -> {
                        client.onData(data -> {
                            received.writeBytes(data.array());
                            client.pause();
                            loop.setTimeout(rest, client::resume);
                        });
                        client.onEnd(() -> isEnded = true)
                                .onError(this::failed)
                                .onClose(() -> isClosed = true);
                        client.write(sent.clone());
                        client.end();
                    });
            // Of a connection that is reset before it is accepted the server never hears.
            loop.setTimeout(LIMIT, loop::stop).unref();
            loop.run(RunMode.DEFAULT);
        }
    }

    private void failed(IOException error) {
        failed = SystemError.codeOf(error);
    }

    /** What was wrong; empty if nothing. */
    String complaint() {
        byte[] back = received.toByteArray();
        boolean isWhole = Arrays.equals(back, sent);
        if (!isClosed) {
            return "the client is not closed after " + LIMIT;
        }
        if (isEnded && !isWhole) {
            return "an end behind " + back.length + " of " + sent.length + " bytes";
        }
        if (back.length > sent.length
                || Arrays.mismatch(back, Arrays.copyOf(sent, back.length)) >= 0) {
            return "what came back was not sent";
        }
        if (!isEnded && failed.isEmpty()) {
            return "neither an end nor an error";
        }
        return isResetPossible || failed.isEmpty() ? "" : "an error without a fault: " + failed;
    }

    /** As {@link Simulation#main}, without a trace. */
    public static void main(String[] arguments) {
        Simulation.Order order;
        try {
            order = Simulation.Order.of(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("simulate --tls: " + e.getMessage());
            System.exit(2);
            return;
        }
        List<String> complaints = checkAll(order.from(), order.count());
        complaints.forEach(System.out::println);
        System.out.println(order.count() + " seeds with TLS, " + complaints.size() + " wrong");
        System.exit(complaints.isEmpty() ? 0 : 1);
    }
}
