package dev.millrace.net;

import dev.millrace.driver.Address;
import dev.millrace.driver.PortOption;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamHandle;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tries the addresses of a name one after the other until one connects; the last failure is the
 * outcome.
 */
final class ConnectAttempts {
    private final StreamHandle handle;
    private final Iterator<Address> addresses;
    private final Consumer<? super @Nullable IOException> outcome;

    ConnectAttempts(
            StreamHandle handle,
            List<Address> addresses,
            Consumer<? super @Nullable IOException> outcome) {
        this.handle = handle;
        this.addresses = addresses.iterator();
        this.outcome = outcome;
    }

    void start(NetSocketOptions options) {
        if (options.noDelay()) {
            // A Unix socket refuses the option, which does no harm.
            handle.option(PortOption.NO_DELAY, 1);
        }
        options.local().ifPresent(handle::bind);
        next();
    }

    private void next() {
        handle.connect(addresses.next(), new Request(this::ended));
    }

    private void ended(@Nullable IOException error) {
        if (error != null && addresses.hasNext() && !handle.isClosing()) {
            next();
        } else {
            outcome.accept(error);
        }
    }
}
