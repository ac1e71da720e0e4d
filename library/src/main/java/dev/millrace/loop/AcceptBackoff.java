package dev.millrace.loop;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a listener does when accepting fails. Accepting again at once would meet the same, and
 * level-triggered readiness would spin on it, so it rests (rows D4, D6, X50):
 *
 * <pre>
 *   accepting ──error──▶ resting 100 ms; after each further error twice as long, 1 s at most
 *       ▲                   │
 *       └───────────────────┴── the time is over, or descriptors were freed
 *   a connection is accepted: the next rest is 100 ms again
 * </pre>
 *
 * Errors are counted one by one and reported together, at most once a second.
 */
final class AcceptBackoff {
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);

    // What the first error needs is made or loaded before it: a program that loads classes from
    // folders needs a descriptor for each of them, and then there is none.
    static {
        new AcceptReport(SystemError.of(Errno.EMFILE, "accept"), 0, 0);
    }

    private final Loop loop;
    private final Runnable whenOver;
    private final TimerHandle rest;
    private final TimerHandle reports;
    private @Nullable Consumer<? super AcceptReport> listener;
    private Duration next = SHORTEST;

    private int errno;
    private @Nullable Address address;
    private long failures;
    private long shed;
    private long failuresReported;
    private long shedReported;

    /** Runs {@code whenOver} when the time of a rest is over. */
    AcceptBackoff(Loop loop, Runnable whenOver) {
        this.loop = loop;
        this.whenOver = whenOver;
        this.rest = unreferenced();
        this.reports = unreferenced();
    }

    private TimerHandle unreferenced() {
        TimerHandle timer = new TimerHandle(loop);
        timer.unref();
        return timer;
    }

    void onReport(Consumer<? super AcceptReport> listener) {
        if (this.listener != null) {
            throw new IllegalStateException("onAcceptError has a listener already");
        }
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    boolean isResting() {
        return rest.isActive();
    }

    /** How many times accepting failed so far. */
    long failures() {
        return failures;
    }

    /** How many waiting connections were closed so far. */
    long shed() {
        return shed;
    }

    /** Accepting at {@code address} failed: it rests from now on. */
    void begin(int errno, int shed, Address address) {
        this.errno = errno;
        this.address = address;
        this.failures++;
        this.shed += shed;
        rest.startNow(next, Duration.ZERO, whenOver);
        next = next.multipliedBy(2);
        if (next.compareTo(LONGEST) > 0) {
            next = LONGEST;
        }
    }

    /** Descriptors were freed: no reason to rest any longer. */
    void end() {
        rest.stop();
    }

    /** A connection was accepted: the shortage is over. */
    void succeeded() {
        next = SHORTEST;
    }

    /** The listener is closed. */
    void stop() {
        rest.close();
        reports.close();
    }

    /** Tells what happened since the last report; if that was a moment ago, a second after it. */
    void report() {
        if (reports.isActive() || failures == failuresReported) {
            return;
        }
        AcceptReport report =
                new AcceptReport(
                        SystemError.of(errno, "accept", Objects.requireNonNull(address)),
                        failures - failuresReported,
                        shed - shedReported);
        failuresReported = failures;
        shedReported = shed;
        reports.startNow(REPORT_INTERVAL, Duration.ZERO, this::report);
        log(report);
        if (listener != null) {
            listener.accept(report);
        }
    }

    /** One loop at a time, because they share the one descriptor that a logger may need. */
    private static synchronized void log(AcceptReport report) {
        try {
            // Made here, because most programs never need a logger, and it takes long to make.
            System.getLogger("dev.millrace.loop")
                    .log(System.Logger.Level.WARNING, report.toString());
        } catch (VirtualMachineError fatal) {
            throw fatal;
        } catch (RuntimeException | Error noLogger) {
            // When another thread has taken the last descriptor, the JDK's logger may fail with an
            // Error. The listener is told anyway, and service goes on.
        }
    }
}
