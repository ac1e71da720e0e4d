package dev.millrace.turn;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The thread that samples the loops that are watched for stalls; it lives while there are any. */
public final class StallWatcher {
    /** One watch over a loop. */
    public interface Watch {
        /** How long the watcher may wait between two samples. */
        long intervalNanos();

        /** Looks at the loop; on the watcher's thread only. */
        void sample(long nowNanos);
    }

    private static final List<Watch> WATCHES = new ArrayList<>();
    private static @Nullable Thread thread;

    private StallWatcher() {}

    public static void add(Watch watch) {
        synchronized (WATCHES) {
            WATCHES.add(watch);
            if (thread == null) {
                thread =
                        Thread.ofPlatform()
                                .daemon()
                                .name("millrace-stalls")
                                .start(StallWatcher::watch);
            }
            WATCHES.notifyAll();
        }
    }

    public static void remove(Watch watch) {
        synchronized (WATCHES) {
            WATCHES.remove(watch);
            WATCHES.notifyAll();
        }
    }

    private static void watch() {
        for (List<Watch> all = next(); !all.isEmpty(); all = next()) {
            long now = System.nanoTime();
            all.forEach(watch -> watch.sample(now));
        }
    }

    /** Those to sample now, after an interval; none when the thread is to end. */
    private static List<Watch> next() {
        synchronized (WATCHES) {
            long nanos =
                    WATCHES.stream().mapToLong(Watch::intervalNanos).min().orElse(Long.MAX_VALUE);
            try {
                if (nanos < Long.MAX_VALUE) {
                    TimeUnit.NANOSECONDS.timedWait(WATCHES, nanos);
                }
            } catch (InterruptedException early) {
                // By a listener, say: an early sample, and no reason to leave all loops unwatched.
            }
            if (WATCHES.isEmpty()) {
                thread = null;
            }
            return List.copyOf(WATCHES);
        }
    }
}
