package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.tls.TlsOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a server command serves, on one loop; every method is called on its thread.
 *
 * <ul>
 *   <li>{@link #listen} may be called for several addresses; each ends in one of its two callbacks.
 *   <li>{@link #finish} takes no further connection and lets what is in flight end; without
 *       anything in flight, nothing of the service keeps the loop alive afterwards.
 *   <li>{@link #reloadTls} is for a service with TLS.
 *   <li>{@link #abort} ends the rest at once.
 * </ul>
 */
interface Service {
    Loop loop();

    void listen(Address address, Runnable onListening, Consumer<IOException> onError);

    /** Where it listens, with the ports the kernel chose. */
    List<Address> addresses();

    void finish();

    /** Handshakes that begin from now on have this certificate. */
    default void reloadTls(TlsOptions options) {}

    /** How long it serves on when it was told to finish. */
    default Duration finishDelay() {
        return Duration.ZERO;
    }

    void abort();
}
