package dev.millrace.nio;

import dev.millrace.driver.Port;
import dev.millrace.kernel.Address;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * One channel of a {@link NioSelector}. It is registered when something is wanted of it for the
 * first time; the JDK itself tells the kernel of changes right before it waits (row A8), and takes
 * a channel of which nothing is wanted out of the kernel's set, so that nothing spins.
 */
abstract class NioPort extends Port {
    final NioSelector selector;
    final ProtocolFamily family;
    private SelectableChannel channel;
    private @Nullable SelectionKey key;
    private int wanted;

    /** The operations being dispatched. */
    int ready;

    boolean isClosed;

    NioPort(NioSelector selector, ProtocolFamily family, SelectableChannel channel) {
        this.selector = selector;
        this.family = family;
        this.channel = channel;
    }

    final SelectableChannel channel() {
        return channel;
    }

    /** The same channel, for its options and addresses. */
    final NetworkChannel network() {
        return (NetworkChannel) channel;
    }

    /** As getsockname(2), which has an answer before bind as well. */
    final @Nullable Address local() {
        try {
            SocketAddress bound = network().getLocalAddress();
            return bound == null ? NioAddresses.unbound(family) : NioAddresses.of(bound);
        } catch (IOException e) {
            return null;
        }
    }

    final @Nullable Address remote() {
        try {
            return NioAddresses.of(peer());
        } catch (IOException e) {
            return null;
        }
    }

    /** The peer it is connected to; null without one. */
    abstract @Nullable SocketAddress peer() throws IOException;

    /** Goes on with another channel; the one before is closed. */
    final void replace(SelectableChannel other) {
        leave();
        NioSelector.close(channel);
        channel = other;
    }

    final boolean wants(int operations) {
        return (wanted & operations) != 0;
    }

    final void want(int operations) {
        apply(wanted | operations);
    }

    final void unwant(int operations) {
        apply(wanted & ~operations);
    }

    private void apply(int operations) {
        if (operations == wanted || isClosed) {
            return;
        }
        wanted = operations;
        if (key == null) {
            try {
                key = channel.register(selector.selector, wanted, this);
            } catch (ClosedChannelException e) {
                // A connect that failed has closed it; nothing will come of it any more.
                wanted = 0;
            }
        } else if (key.isValid()) {
            key.interestOps(wanted);
        }
    }

    final void readStart() {
        want(SelectionKey.OP_READ);
    }

    final void readStop() {
        unwant(SelectionKey.OP_READ);
    }

    /** Takes the channel out of the selector, so that closing it really closes it. */
    final void leave() {
        wanted = 0;
        if (key != null) {
            selector.cancel(key);
            key = null;
        }
    }

    /** The port is out of its selector, and its channel is done with. */
    void closeChannel() {
        NioSelector.close(channel);
    }

    /** What is wanted and ready, right after a wait. */
    final int readyNow() {
        return key != null && key.isValid() ? key.readyOps() & wanted : 0;
    }

    /** {@code channel}, non-blocking; closed when that fails. */
    static <C extends SelectableChannel> C nonBlocking(C channel) throws IOException {
        try {
            channel.configureBlocking(false);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** It is closed: lets go of what is its user's. */
    void release() {}
}
