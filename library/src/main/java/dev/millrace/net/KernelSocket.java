package dev.millrace.net;

import dev.millrace.driver.Address;
import dev.millrace.driver.PortOption;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamHandle;
import dev.millrace.stream.InboundStream;
import java.util.Optional;

/**
 * What a {@link NetSocket} tells of the kernel's end of it, and asks of it: counts, addresses,
 * options.
 */
abstract class KernelSocket extends InboundStream<NetSocket> {
    abstract StreamHandle handle();

    /** The loop it belongs to. */
    public final Loop loop() {
        return handle().loop();
    }

    /** Whether bytes can still arrive. */
    public final boolean isReadable() {
        return handle().isReadable();
    }

    /** Bytes written that the kernel has not taken yet. */
    public final long queuedBytes() {
        return handle().queuedBytes();
    }

    /** Bytes received so far. */
    public final long bytesRead() {
        return handle().bytesRead();
    }

    /** Bytes written so far, those waiting included. */
    public final long bytesWritten() {
        return handle().bytesWritten();
    }

    /** Our end's address; empty before the connection stands and after it is over. */
    public final Optional<Address> localAddress() {
        return Optional.ofNullable(handle().localAddress());
    }

    /** The peer's address; empty before the connection stands and after it is over. */
    public final Optional<Address> remoteAddress() {
        return Optional.ofNullable(handle().remoteAddress());
    }

    /** Sends segments at once (TCP_NODELAY), or waits for more. */
    public final NetSocket noDelay(boolean noDelay) {
        handle().option(PortOption.NO_DELAY, noDelay ? 1 : 0);
        return self();
    }
}
