package dev.millrace.systemd;

import dev.millrace.loop.Loop;
import dev.millrace.loop.TimerHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Says that the loop lives, from a timer of the loop; and only if every other loop that is watched
 * has done something since the last time.
 */
final class Watchdog {
    private final Loop loop;
    private final Duration interval;
    private final Runnable sign;
    private final @Nullable TimerHandle timer;
    private final List<Other> others = new ArrayList<>();

    /** Another loop, and whether it has been heard of since it was asked. */
    private record Other(Loop loop, AtomicBoolean hasAnswered) {
        void ask() {
            hasAnswered.set(false);
            loop.execute(() -> hasAnswered.set(true));
        }
    }

    Watchdog(Loop loop, Duration interval, Runnable sign) {
        this.loop = loop;
        this.interval = interval;
        this.sign = sign;
        this.timer = interval.isZero() ? null : loop.setInterval(interval, this::beat);
        if (timer != null) {
            timer.unref();
        }
    }

    Duration interval() {
        return interval;
    }

    void watch(Loop other) {
        if (other != loop && timer != null) {
            Other watched = new Other(other, new AtomicBoolean());
            others.add(watched);
            watched.ask();
        }
    }

    private void beat() {
        // One that has ended in order does not stand still.
        if (others.stream().allMatch(other -> other.hasAnswered.get() || other.loop.isClosed())) {
            others.removeIf(other -> other.loop.isClosed());
            others.forEach(Other::ask);
            sign.run();
        }
    }

    void close() {
        if (timer != null) {
            timer.close();
        }
    }
}
