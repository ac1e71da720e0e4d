package dev.millrace.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The thread that samples for all {@link StallDetector}s; it lives while there are any. */
final class StallWatcher {
    private static final List<StallDetector> DETECTORS = new ArrayList<>();
    private static @Nullable Thread thread;

    private StallWatcher() {}

    static void add(StallDetector detector) {
        synchronized (DETECTORS) {
            DETECTORS.add(detector);
            if (thread == null) {
                thread =
                        Thread.ofPlatform()
                                .daemon()
                                .name("millrace-stalls")
                                .start(StallWatcher::watch);
            }
            DETECTORS.notifyAll();
        }
    }

    static void remove(StallDetector detector) {
        synchronized (DETECTORS) {
            DETECTORS.remove(detector);
            DETECTORS.notifyAll();
        }
    }

    private static void watch() {
        for (List<StallDetector> all = next(); !all.isEmpty(); all = next()) {
            long now = System.nanoTime();
            all.forEach(detector -> detector.sample(now));
        }
    }

    /** Those to sample now, after an interval; none when the thread is to end. */
    private static List<StallDetector> next() {
        synchronized (DETECTORS) {
            long nanos =
                    DETECTORS.stream()
                            .mapToLong(StallDetector::intervalNanos)
                            .min()
                            .orElse(Long.MAX_VALUE);
            try {
                if (nanos < Long.MAX_VALUE) {
                    TimeUnit.NANOSECONDS.timedWait(DETECTORS, nanos);
                }
            } catch (InterruptedException early) {
                // By a listener, say: an early sample, and no reason to leave all loops unwatched.
            }
            if (DETECTORS.isEmpty()) {
                thread = null;
            }
            return List.copyOf(DETECTORS);
        }
    }
}
