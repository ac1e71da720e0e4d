package dev.millrace.conformance.abuse;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a {@link Crowd}, on its thread. A write that fails does not end it: what the
 * server has sent before is still to be read.
 */
abstract class Visitor {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private ByteBuffer sending = NOTHING;
    private boolean isReading = true;
    private boolean hasEnded;
    private boolean hasLeft;
    private @Nullable IOException failure;

    /** The connection stands. */
    abstract void connected();

    /** All that was to be sent is with the kernel. */
    void sent() {}

    /** Bytes came, lent. */
    void received(ByteBuffer bytes) {}

    /** Some milliseconds have passed. */
    void tick(long nowNanos) {}

    /** The server has ended it, or {@link #failure} has. */
    void ended() {}

    final void begin(SocketChannel connecting, SelectionKey its) {
        channel = connecting;
        key = its;
    }

    /** Sends {@code bytes}, in place of what is left of others. */
    final void send(ByteBuffer bytes) {
        sending = bytes;
        interest();
    }

    /** Whether everything that comes is read at once; otherwise {@link #readSome} reads. */
    final void read(boolean isWanted) {
        isReading = isWanted;
        interest();
    }

    private void interest() {
        if (key != null && key.isValid()) {
            int reading = isReading ? SelectionKey.OP_READ : 0;
            key.interestOps(reading | (sending.hasRemaining() ? SelectionKey.OP_WRITE : 0));
        }
    }

    /** The kernel says that something can be done; false if that was the connect, and it failed. */
    final boolean ready(ByteBuffer room) {
        SocketChannel here = channel;
        SelectionKey its = key;
        if (here == null || its == null) {
            return false;
        }
        try {
            if (its.isConnectable()) {
                here.finishConnect();
                interest();
                connected();
            }
            if (its.isValid() && its.isWritable()) {
                write(here);
            }
            if (its.isValid() && its.isReadable()) {
                room.clear();
                take(here.read(room), room);
            }
            return true;
        } catch (IOException e) {
            fail(e);
            return false;
        }
    }

    private void write(SocketChannel here) {
        try {
            here.write(sending);
        } catch (IOException broken) {
            sending = NOTHING;
        }
        boolean isOver = !sending.hasRemaining();
        interest();
        if (isOver) {
            sent();
        }
    }

    private void take(int count, ByteBuffer room) {
        if (count < 0) {
            end();
        } else if (count > 0) {
            received(room.flip());
        }
    }

    /** Reads at most as much as {@code room} has, now; for those that read slowly. */
    final void readSome(ByteBuffer room) {
        if (channel == null || !channel.isConnected()) {
            return;
        }
        try {
            take(channel.read(room.clear()), room);
        } catch (IOException e) {
            fail(e);
        }
    }

    private void fail(IOException e) {
        if (!hasEnded) {
            failure = e;
            end();
        }
    }

    private void end() {
        if (!hasEnded) {
            hasEnded = true;
            leave();
            ended();
        }
    }

    final boolean isConnected() {
        return channel != null && channel.isConnected();
    }

    /** Whether the server has ended it, or it failed. */
    final boolean hasEnded() {
        return hasEnded;
    }

    /** Whether it has nothing to do any more, be it who it may that ended it. */
    final boolean isGone() {
        return hasEnded || hasLeft;
    }

    /** Why it ended, unless that was in peace. */
    final @Nullable IOException failure() {
        return failure;
    }

    /** Closes it; with a reset if {@code isReset}. */
    final void leave(boolean isReset) {
        hasLeft = true;
        try {
            if (channel != null) {
                if (isReset && channel.isOpen()) {
                    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                }
                channel.close();
            }
        } catch (IOException gone) {
            // It is closed all the same.
        }
    }

    final void leave() {
        leave(false);
    }
}
