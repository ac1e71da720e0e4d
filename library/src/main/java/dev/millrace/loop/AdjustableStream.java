package dev.millrace.loop;

import dev.millrace.driver.Address;
import dev.millrace.driver.BufferSource;
import dev.millrace.driver.PortOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is chosen for a {@link StreamHandle}, at any time: before there is a socket it is kept in a
 * {@link StreamSetup}, and applied to the one that comes (row C13).
 */
abstract sealed class AdjustableStream extends Handle permits StreamHandle {
    private @Nullable StreamSetup setup;

    AdjustableStream(Loop loop) {
        super(loop);
    }

    /**
     * Binds the local end before {@link StreamHandle#connect}; a failure shows at connect (row B5).
     */
    public final void bind(Address local) {
        loop.checkThread();
        setup().local = local;
    }

    /**
     * Sets an option; before there is a socket it is kept and applied to it (row C13). An option
     * that this kind of socket does not have is passed over. Saying the same again costs nothing
     * (row K4).
     */
    public final void option(PortOption option, int value) {
        loop.checkThread();
        if (!isClosing()) {
            setup().option(option, value);
        }
    }

    /** Probes the peer while the connection is idle (row K1); it is off by default (row K2). */
    public final void keepAlive(KeepAlive settings) {
        option(PortOption.TCP_KEEPIDLE, (int) settings.idle().toSeconds());
        option(PortOption.TCP_KEEPINTVL, (int) settings.interval().toSeconds());
        option(PortOption.TCP_KEEPCNT, settings.probes());
        option(PortOption.KEEP_ALIVE, 1);
    }

    /** Switches keep-alive off; its timing stays (row K3). */
    public final void keepAliveOff() {
        option(PortOption.KEEP_ALIVE, 0);
    }

    /**
     * Where received bytes go instead of the loop's one array; null: there again (row E2). Best set
     * before {@link StreamHandle#readStart}. See {@link StreamEvents#onNoBuffer}.
     */
    public final void bufferSource(@Nullable BufferSource source) {
        loop.checkThread();
        setup().bufferSource(source);
    }

    /** How much may wait to be written. */
    public final WriteLimit writeLimit() {
        return self().outbox().limit();
    }

    /** Sets how much may wait to be written, {@link WriteLimit#DEFAULTS} by default (row X80). */
    public final void writeLimit(WriteLimit limit) {
        loop.checkThread();
        self().outbox().limit(Objects.requireNonNull(limit, "limit"));
    }

    final StreamSetup setup() {
        if (setup == null) {
            setup = new StreamSetup(self());
        }
        return setup;
    }

    final @Nullable StreamSetup setupOrNull() {
        return setup;
    }

    /** The stream itself. */
    abstract StreamHandle self();
}
