package dev.millrace.udp;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.UdpEvents;
import dev.millrace.loop.UdpHandle;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who wants to hear of a {@link UdpSocket}; what they throw goes to {@link Loop#onUncaught}. */
final class UdpListeners implements UdpEvents {
    @Nullable BiConsumer<? super ByteBuffer, ? super IpAddress> message;
    @Nullable Consumer<? super IOException> error;
    @Nullable Runnable listening;
    @Nullable Runnable connect;
    @Nullable Runnable close;

    /** The socket's. */
    @Nullable UdpHandle handle;

    private final Loop loop;

    UdpListeners(Loop loop) {
        this.loop = loop;
    }

    @Override
    public void onDatagram(
            byte[] array, int offset, int length, IpAddress from, boolean isTruncated) {
        if (message != null) {
            byte[] own = Arrays.copyOfRange(array, offset, offset + length);
            message.accept(ByteBuffer.wrap(own), from);
        }
    }

    /**
     * A single datagram failed. Any peer can bring that about on a socket that hears them all, and
     * must not end the program.
     */
    @Override
    public void onError(IOException told) {
        if (error != null || (handle != null && handle.remoteAddress() != null)) {
            failed(told);
        }
    }

    @Override
    public void onReceiveEnded(IOException told) {
        failed(told);
    }

    /** What the program has asked for failed. */
    void failed(IOException told) {
        if (error == null) {
            loop.uncaught(told);
        } else {
            error.accept(told);
        }
    }

    @Override
    public void onThrown(Throwable thrown) {
        loop.uncaught(thrown);
    }

    /** Runs one listener, whatever it throws. */
    void tell(@Nullable Runnable listener) {
        if (listener != null) {
            loop.enter(loop, one -> listener.run(), Loop::uncaught);
        }
    }
}
