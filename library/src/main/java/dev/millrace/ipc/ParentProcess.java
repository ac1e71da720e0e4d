package dev.millrace.ipc;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.stream.Listeners;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The process that has started this one by {@link ChildProcess#fork}, and the channel to it.
 *
 * <p>When the parent ends, or has died, this process ends too, with status 129 (as if it were hung
 * up), unless it chose to {@link #stay}. The channel keeps the loop alive while there is a listener
 * for messages. Loop thread only.
 *
 * {@snippet class="dev.millrace.ipc.ChildExamplesTest" region="child"}
 */
public final class ParentProcess {
    private static final int HUNG_UP = 129;
    private static final AtomicBoolean IS_CONNECTED = new AtomicBoolean();

    private final MessageChannel channel;
    private boolean stays;
    private boolean hasDisconnected;
    private @Nullable Runnable disconnectListener;

    private ParentProcess(MessageChannel channel, String token) {
        this.channel = channel;
        channel.unref();
        channel.send(token);
        channel.onClose(this::disconnected);
    }

    /** Whether a parent waits for this process. */
    public static boolean isThere() {
        return System.getenv(ChildStart.CHANNEL) != null && !IS_CONNECTED.get();
    }

    /**
     * Connects to the parent; messages may be sent at once.
     *
     * @throws IllegalStateException if there is none, or it is connected to already
     */
    public static ParentProcess connect(Loop loop) {
        String address = System.getenv(ChildStart.CHANNEL);
        String token = System.getenv(ChildStart.TOKEN);
        if (address == null || token == null || !IS_CONNECTED.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    address == null
                            ? "this process was not started by ChildProcess.fork"
                            : "the parent is connected to already");
        }
        return new ParentProcess(MessageChannel.connect(loop, UnixAddress.of(address)), token);
    }

    private void disconnected() {
        if (disconnectListener != null) {
            disconnectListener.run();
        }
        if (!stays && !hasDisconnected) {
            Runtime.getRuntime().exit(HUNG_UP);
        }
    }

    /** Goes on when the parent has ended. */
    public ParentProcess stay() {
        channel.loop().checkThread();
        stays = true;
        return this;
    }

    /** Sends a text. False: see {@link MessageChannel}. */
    public boolean send(String text) {
        return channel.send(text);
    }

    /**
     * Sends a text, and what passes with it, as {@link MessageChannel#send(String, List,
     * Consumer)}.
     */
    public boolean send(
            String text, List<Passable> passed, Consumer<? super @Nullable IOException> outcome) {
        return channel.send(text, passed, outcome);
    }

    /** The parent has sent a message. From now on the channel keeps the loop alive. */
    public ParentProcess onMessage(Consumer<? super Message> listener) {
        channel.onMessage(listener);
        channel.ref();
        return this;
    }

    /** The channel is over, whichever side ended it. */
    public ParentProcess onDisconnect(Runnable listener) {
        channel.loop().checkThread();
        disconnectListener = Listeners.once(disconnectListener, listener, "onDisconnect");
        return this;
    }

    /** Ends the channel behind the last message; this process goes on. */
    public void disconnect() {
        channel.loop().checkThread();
        hasDisconnected = true;
        channel.end();
    }

    /** Lets the channel keep the loop alive. */
    public ParentProcess ref() {
        channel.ref();
        return this;
    }

    /** Stops the channel from keeping the loop alive. */
    public ParentProcess unref() {
        channel.unref();
        return this;
    }

    /** Whether messages reach the parent. */
    public boolean isConnected() {
        return channel.isOpen();
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return channel.loop();
    }

    /** {@code ParentProcess[MessageChannel[...]]}. Any thread. */
    @Override
    public String toString() {
        return "ParentProcess[" + channel + "]";
    }
}
