package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.KernelOption;
import dev.millrace.loop.KeepAlive;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamHandle;
import dev.millrace.stream.InboundStream;
import dev.millrace.stream.WriteLimit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link NetSocket} tells of the kernel's end of it, and asks of it: counts, addresses,
 * options.
 */
abstract class KernelSocket extends InboundStream<NetSocket> implements AutoCloseable {
    abstract StreamHandle handle();

    abstract SocketWires wires();

    /** As {@link NetSocket#destroy()}. */
    @Override
    public final void close() {
        destroy();
    }

    /** The loop it belongs to. */
    public final Loop loop() {
        return handle().loop();
    }

    /** Lets the socket keep its loop alive while it reads, which is the default. */
    public final NetSocket ref() {
        handle().ref();
        return self();
    }

    /**
     * Stops the socket from keeping its loop alive, also before it is connected (row B16). What is
     * under way, a connection that is being made or a write, still does.
     */
    public final NetSocket unref() {
        handle().unref();
        return self();
    }

    /** Whether bytes can still arrive. */
    public final boolean isReadable() {
        return handle().isReadable();
    }

    /** Bytes written that the kernel has not taken yet, those that a filter holds included. */
    public final long queuedBytes() {
        return handle().queuedBytes() + wires().heldBytes();
    }

    /** Bytes received so far. */
    public final long bytesRead() {
        return handle().bytesRead();
    }

    /** Bytes written so far, those waiting included. */
    public final long bytesWritten() {
        return handle().bytesWritten();
    }

    /** Our end's address; empty before there is a socket and after it is over. */
    public final Optional<Address> localAddress() {
        return Optional.ofNullable(handle().localAddress());
    }

    /** The peer's address; empty before the connection stands and after it is over. */
    public final Optional<Address> remoteAddress() {
        return Optional.ofNullable(handle().remoteAddress());
    }

    /** Sends segments at once (TCP_NODELAY), or waits for more. */
    public final NetSocket noDelay(boolean noDelay) {
        handle().option(KernelOption.NO_DELAY, noDelay ? 1 : 0);
        return self();
    }

    /**
     * Probes the peer while the connection is idle (rows K1, K5); a Unix socket has no need of it.
     */
    public final NetSocket keepAlive(KeepAlive settings) {
        handle().keepAlive(settings);
        return self();
    }

    /** Switches keep-alive off, as it is by default; the timing stays (rows K2, K3). */
    public final NetSocket keepAliveOff() {
        handle().keepAliveOff();
        return self();
    }

    /** How much may wait to be written. */
    public final WriteLimit writeLimit() {
        return wires().limit();
    }

    /** Sets how much may wait to be written, and what becomes of more (row X80). */
    public final NetSocket writeLimit(WriteLimit limit) {
        wires().limit(limit);
        return self();
    }

    /**
     * For experts: received bytes go to buffers of {@code source} instead of the loop's one array,
     * and {@code onBytes} gets them there; null: as before (rows E2, E3). When it has none, the
     * socket is paused and {@link NetSocket#onNoBuffer} is told; nothing is lost.
     */
    public final NetSocket bufferSource(@Nullable BufferSource source) {
        handle().bufferSource(source);
        return self();
    }
}
