package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.KernelOption;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamHandle;
import dev.millrace.loop.TimerHandle;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tries the addresses of a name one after the other until one connects (row X67). Without any the
 * last failure is the outcome; each has the one before as its suppressed exception.
 */
final class ConnectAttempts {
    private final StreamHandle handle;
    private final Iterator<Address> addresses;
    private final NetSocketOptions options;
    private final Consumer<? super @Nullable IOException> outcome;
    private @Nullable IOException failure;

    /** Runs while an attempt does, if there is a time-out. */
    private @Nullable TimerHandle timer;

    ConnectAttempts(
            StreamHandle handle,
            List<Address> addresses,
            NetSocketOptions options,
            Consumer<? super @Nullable IOException> outcome) {
        this.handle = handle;
        this.addresses = addresses.iterator();
        this.options = options;
        this.outcome = outcome;
    }

    void start() {
        if (options.noDelay()) {
            // A Unix socket refuses the option, which does no harm.
            handle.option(KernelOption.NO_DELAY, 1);
        }
        options.applyTo(handle);
        options.local().ifPresent(handle::bind);
        next();
    }

    private void next() {
        handle.connect(addresses.next(), new Request(this::ended));
        Duration timeout = options.connectTimeout();
        if (timeout.isPositive()) {
            timer = handle.loop().setTimeout(timeout, this::late);
        }
    }

    /** A loop that was busy meanwhile may not have heard yet: its next poll comes first. */
    private void late() {
        TimerHandle mine = timer;
        handle.loop()
                .setImmediate(() -> {
                    if (timer == mine) {
                        handle.abandonConnect();
                    }
                });
    }

    private void ended(@Nullable IOException error) {
        if (timer != null) {
            timer.close();
            timer = null;
        }
        if (error != null && failure != null) {
            error.addSuppressed(failure);
        }
        failure = error;
        if (error != null && addresses.hasNext() && !handle.isClosing()) {
            next();
        } else {
            outcome.accept(error);
        }
    }
}
