package dev.millrace.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** SIGTERM and SIGINT: the first one asks to end, the second one ends. */
final class Signals {
    /** What a shell reports for a process that a signal ended, less the signal's number. */
    private static final int SIGNAL_STATUS = 128;

    private static final int TERM = 15;

    /** What a SIGHUP is for. */
    private static final List<Runnable> HANGUP = new ArrayList<>();

    private Signals() {}

    /**
     * Runs {@code stop} at the first signal, on a thread of the JVM's; {@code ended} tells when the
     * process has nothing left to do.
     */
    static void onStop(Runnable stop, CountDownLatch ended) {
        onStop(number -> stop.run(), ended);
    }

    /** As the other {@code onStop}; {@code stop} is told the signal's number. */
    static void onStop(IntConsumer stop, CountDownLatch ended) {
        AtomicBoolean isStopping = new AtomicBoolean();
        SignalHandler handler =
                signal -> {
                    if (isStopping.getAndSet(true)) {
                        Runtime.getRuntime().halt(status(signal.getNumber()));
                    }
                    stop.accept(signal.getNumber());
                };
        try {
            Signal.handle(new Signal("TERM"), handler);
            Signal.handle(new Signal("INT"), handler);
        } catch (IllegalArgumentException e) {
            // -Xrs keeps signals from the JVM; other ends of the process still run the hooks.
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> stopAndWait(() -> stop.accept(TERM), ended)));
        }
    }

    /**
     * Runs {@code then} at each SIGHUP, on a thread of the JVM's, beside what others have asked
     * for.
     *
     * @return ends that
     */
    static Runnable onHangup(Runnable then) {
        synchronized (HANGUP) {
            HANGUP.add(then);
        }
        try {
            Signal.handle(new Signal("HUP"), signal -> hungUp());
        } catch (IllegalArgumentException e) {
            // -Xrs keeps signals from the JVM, and Windows has none.
        }
        return () -> {
            synchronized (HANGUP) {
                HANGUP.remove(then);
            }
        };
    }

    private static void hungUp() {
        List<Runnable> all;
        synchronized (HANGUP) {
            all = List.copyOf(HANGUP);
        }
        all.forEach(Runnable::run);
    }

    /** The exit status of a process that a signal ended. */
    static int status(int number) {
        return SIGNAL_STATUS + number;
    }

    private static void stopAndWait(Runnable stop, CountDownLatch ended) {
        stop.run();
        try {
            if (!ended.await(ServerRun.FINISH_MAX.toMillis() + 1000, TimeUnit.MILLISECONDS)) {
                Console.complain("something in flight did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
