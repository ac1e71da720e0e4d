package dev.millrace.udp;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.UdpEvents;
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

    @Override
    public void onError(IOException told) {
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
