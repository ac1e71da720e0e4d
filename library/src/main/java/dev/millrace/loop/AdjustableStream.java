package dev.millrace.loop;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.stream.WriteLimit;
import java.io.IOException;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What is chosen for a {@link StreamHandle}, at any time: before there is a socket it is kept in a
 * {@link StreamSetup}, and applied to the one that comes (row C13).
 */
abstract sealed class AdjustableStream extends Handle implements PortEvents permits StreamHandle {
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
    public final void option(KernelOption option, int value) {
        loop.checkThread();
        if (!isClosing()) {
            setup().option(option, value);
        }
    }

    /** Probes the peer while the connection is idle (row K1); it is off by default (row K2). */
    public final void keepAlive(KeepAlive settings) {
        option(KernelOption.TCP_KEEPIDLE, (int) settings.idle().toSeconds());
        option(KernelOption.TCP_KEEPINTVL, (int) settings.interval().toSeconds());
        option(KernelOption.TCP_KEEPCNT, settings.probes());
        option(KernelOption.KEEP_ALIVE, 1);
    }

    /** Switches keep-alive off; its timing stays (row K3). */
    public final void keepAliveOff() {
        option(KernelOption.KEEP_ALIVE, 0);
    }

    /**
     * Where received bytes go instead of the loop's one array; null: there again (row E2). Best set
     * before {@link StreamHandle#readStart}. See {@link StreamEvents#onNoBuffer}.
     */
    public final void bufferSource(@Nullable BufferSource source) {
        loop.checkThread();
        setup().bufferSource(source);
    }

    /**
     * Makes a channel of the stream: from now on it keeps the descriptors that its peer sends, for
     * {@link #takeDescriptor}; the kernel drops those that come over other streams. That is chosen
     * at creation, or in the listener that accepted the stream, and only for Unix sockets: a
     * channel's {@link StreamHandle#connect} to another address, and {@link StreamHandle#open} of
     * another descriptor, end with EINVAL, of one that listens as well (row G1).
     *
     * @throws IOException EINVAL if the stream is connected, but not over a Unix socket
     * @throws IllegalStateException if the stream was read from, or is closed
     * @throws UnsupportedOperationException if the loop's driver can't do it
     */
    public final void carryDescriptors() throws IOException {
        loop.checkThread();
        Capability.PASS_DESCRIPTORS.require(loop.driver);
        if (isClosing() || isActive() || self().bytesRead() > 0) {
            throw new IllegalStateException(
                    isClosing() ? "the stream is closed" : "the stream was read from already");
        }
        Port port = self().portOrNull();
        int result = port == null || isChannel() ? 0 : loop.driver.carryDescriptors(port);
        if (result < 0) {
            throw SystemError.of(-result, "carryDescriptors");
        }
        if (!isChannel()) {
            setup().received = new ReceivedDescriptors(self());
        }
    }

    /** Whether descriptors can travel over it (row G1). */
    public final boolean isChannel() {
        return setup != null && setup.received != null;
    }

    /**
     * The next descriptor that came over this channel, which is the caller's from now on; empty
     * when none waits. They come in the order they were sent, at the latest with the {@code onRead}
     * of the byte that they were sent with, and are close-on-exec. Those that nobody takes are
     * closed with the stream; if more than 1,024 wait, reading ends with EMFILE (rows E10, R34).
     */
    public final OptionalInt takeDescriptor() {
        loop.checkThread();
        ReceivedDescriptors received = setup == null ? null : setup.received;
        return received == null ? OptionalInt.empty() : received.take();
    }

    @Override
    public final void onDescriptors(int[] descriptors) {
        Objects.requireNonNull(setup().received).add(descriptors);
    }

    @Override
    void release() {
        if (setup != null && setup.received != null) {
            setup.received.release();
        }
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
