package dev.millrace.conformance.chaos;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** What was done to workers, and whether a failed request is among what that may cost. */
final class Strikes {
    /** From the signal until the kernel has closed the connections of a process of this size. */
    private static final long KILL_NANOS = 1_000_000_000L;

    /** A stopped one holds what it has until it is killed. */
    private static final long STOP_NANOS =
            ClusterProgram.FROZEN_LIMIT.plus(ClusterProgram.HEARTBEAT.multipliedBy(4)).toNanos()
                    + KILL_NANOS;

    record Strike(String signal, long pid, long nanos) {
        boolean isWithin(long at) {
            return at >= nanos && at <= nanos + (signal.equals("KILL") ? KILL_NANOS : STOP_NANOS);
        }
    }

    private static final long ROLL_NANOS = 30_000_000_000L;

    private final List<Long> rolls = new CopyOnWriteArrayList<>();
    private final List<Strike> all = new CopyOnWriteArrayList<>();

    /**
     * A rolling restart begins. What a leaving worker closes in order before the first response of
     * a connection is told apart; {@code conformance/roll} counts it as failed.
     */
    void roll() {
        rolls.add(System.nanoTime());
    }

    /** Closed by a worker that leaves, before the first response. */
    boolean isOfRoll(History.Asked failed) {
        return failed.worker.isEmpty()
                && failed.text.equals("the connection ended")
                && rolls.stream()
                        .anyMatch(
                                at -> failed.endNanos >= at && failed.endNanos <= at + ROLL_NANOS);
    }

    void strike(String signal, long pid) {
        all.add(new Strike(signal, pid, System.nanoTime()));
        ClusterProcess.signal(signal, pid);
    }

    boolean isStruck(String worker) {
        return all.stream().anyMatch(strike -> worker.equals(String.valueOf(strike.pid)));
    }

    /**
     * Whether the request was open at a worker that was killed or stopped, when it was. Of a
     * connection without a response the client does not know the worker; it must have failed with
     * some worker's end.
     */
    boolean explains(History.Asked failed) {
        return all.stream()
                .filter(strike ->
                        failed.worker.isEmpty() || failed.worker.equals(String.valueOf(strike.pid)))
                .anyMatch(strike -> strike.isWithin(failed.endNanos));
    }

    Map<String, Long> counts() {
        return all.stream().collect(Collectors.groupingBy(Strike::signal, Collectors.counting()));
    }
}
