package dev.millrace.ipc;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamDescriptors;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.Listeners;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages over a Unix socket, between processes mostly, and with them open sockets that pass: a
 * connection in mid-protocol, a listener, a datagram socket, any descriptor.
 *
 * <pre>
 *   send ──▶ frame, its descriptors with the first byte ══▶ onMessage: take()
 *   outcome ◀──────────── taken, not taken, or lost ◀══════────┘
 * </pre>
 *
 * What passes stays its sender's until the receiver has taken it, and is the sender's again if that
 * does not happen; so nothing gets lost between the two. Messages arrive whole, once and in their
 * order. A peer that breaks the framing is dropped with ERR_CHANNEL_FRAME.
 *
 * <p>Belongs to its loop's thread. The framing is in {@code docs/cluster.md}: any program can speak
 * it. Only the driver epoll passes descriptors.
 *
 * {@snippet class="dev.millrace.ipc.ChannelExamplesTest" region="passed"}
 */
public final class MessageChannel implements AutoCloseable {
    private static final Consumer<@Nullable IOException> UNHEARD = error -> {};

    private final NetSocket socket;
    private final ChannelSender sender;
    private final ChannelReceiver receiver;

    /** Null until there is one. */
    private @Nullable Consumer<? super Message> messageListener;

    /** Gets the next message alone, in place of the listener. */
    private @Nullable Consumer<? super Message> firstListener;

    private @Nullable Consumer<? super IOException> errorListener;
    private @Nullable Runnable closeListener;

    private MessageChannel(
            NetSocket socket, StreamDescriptors descriptors, ChannelOptions options) {
        this.socket = socket;
        this.sender = new ChannelSender(socket, descriptors, options);
        this.receiver = new ChannelReceiver(this, descriptors, options);
        socket.handOver();
        socket.onBytes(receiver);
        socket.onEnd(receiver::ended);
        socket.onError(this::failed);
        socket.onClose(this::closed);
    }

    /** As the other, with the default limits. */
    public static MessageChannel on(NetSocket socket) {
        return on(socket, ChannelOptions.DEFAULTS);
    }

    /**
     * Makes a channel of a Unix socket, whose new owner it is: in the listener that has accepted
     * it, or before it is connected.
     *
     * @throws IllegalStateException if bytes have come already, or it is closed
     * @throws IllegalArgumentException if it is connected, and no Unix socket
     * @throws UnsupportedOperationException if the loop's driver passes no descriptors
     */
    public static MessageChannel on(NetSocket socket, ChannelOptions options) {
        Objects.requireNonNull(options, "options");
        try {
            return new MessageChannel(socket, socket.descriptors().carry(), options);
        } catch (IOException e) {
            throw new IllegalArgumentException("a channel needs a Unix socket: " + socket, e);
        }
    }

    /** A channel to a peer that listens at {@code address}. */
    public static MessageChannel connect(Loop loop, UnixAddress address) {
        return on(NetSocket.connect(loop, address));
    }

    /**
     * Sends a text. False: the peer is slow, and what is sent waits in memory until {@link
     * #onDrain}.
     *
     * @throws IllegalArgumentException if it is longer than a message may be
     */
    public boolean send(String text) {
        return send(text, List.of(), UNHEARD);
    }

    /** As {@link #send(String)}, of bytes, which are copied. */
    public boolean send(ByteBuffer bytes) {
        return send(bytes, List.of(), UNHEARD);
    }

    /** Passes one thing, with an empty text; see the other. */
    public boolean send(Passable passed, Consumer<? super @Nullable IOException> outcome) {
        loop().checkThread();
        return send("", List.of(passed), outcome);
    }

    /**
     * Sends a text, and with it what passes. From this call on it is left alone: a connection is
     * handed over and paused.
     *
     * @param outcome gets null when the peer has taken it, and then it is ours no more. Otherwise
     *     it is still ours, a connection paused and without listeners, and the error says why:
     *     ERR_CHANNEL_NOT_TAKEN, the receiver did not want it; EMFILE, the receiver had no room for
     *     it; EPIPE, the channel has ended, and a peer that has died did not take it; ECANCELED,
     *     the channel was closed here, and whether the peer takes it can't be said; ENOBUFS, too
     *     many are on their way; or why it can't travel
     * @throws IllegalArgumentException if it is longer than a message may be, or passes more
     *     descriptors
     */
    public boolean send(
            String text, List<Passable> passed, Consumer<? super @Nullable IOException> outcome) {
        loop().checkThread();
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return sender.send(new Departure(Frame.TEXT, body, List.copyOf(passed), outcome));
    }

    /** As {@link #send(String, List, Consumer)}, of bytes, which are copied. */
    public boolean send(
            ByteBuffer bytes,
            List<Passable> passed,
            Consumer<? super @Nullable IOException> outcome) {
        loop().checkThread();
        byte[] body = new byte[bytes.remaining()];
        bytes.get(body);
        return sender.send(new Departure(Frame.BYTES, body, List.copyOf(passed), outcome));
    }

    /** A message came; until there is a listener none is read. */
    public MessageChannel onMessage(Consumer<? super Message> listener) {
        loop().checkThread();
        messageListener = Listeners.once(messageListener, listener, "onMessage");
        receiver.listened();
        return this;
    }

    /** The channel failed; its close follows. Without a listener it just closes. */
    public MessageChannel onError(Consumer<? super IOException> listener) {
        loop().checkThread();
        errorListener = Listeners.and(errorListener, listener);
        return this;
    }

    /** The channel is over, whichever end closed it; every outcome was told. */
    public MessageChannel onClose(Runnable listener) {
        loop().checkThread();
        closeListener = Listeners.and(closeListener, listener);
        return this;
    }

    /** Nothing waits to be sent any more, after a {@code send} that was false. */
    public MessageChannel onDrain(Runnable listener) {
        socket.onDrain(listener);
        return this;
    }

    /** Ends it behind the last message; the peer, which sees the end, ends its side as well. */
    public void end() {
        loop().checkThread();
        sender.end();
    }

    /** Ends it at once; what waits is not sent. Idempotent. */
    @Override
    public void close() {
        loop().checkThread();
        sender.closing();
        socket.destroy();
    }

    /** Reads no further message until {@link #resume}. */
    public MessageChannel pause() {
        socket.pause();
        return this;
    }

    /** Reads messages again. */
    public MessageChannel resume() {
        socket.resume();
        return this;
    }

    /** Lets the channel keep its loop alive, which is the default. */
    public MessageChannel ref() {
        socket.ref();
        return this;
    }

    /** Stops the channel from keeping its loop alive. */
    public MessageChannel unref() {
        socket.unref();
        return this;
    }

    /** Whether messages can be sent. */
    public boolean isOpen() {
        return !socket.isDestroyed() && sender.isOpen();
    }

    /** Whether it is paused. */
    boolean isPaused() {
        return socket.isPaused() || socket.isDestroyed();
    }

    /** Bytes that the kernel has not taken yet. */
    public long queuedBytes() {
        return socket.queuedBytes();
    }

    /** How many things were sent of which the peer has not said whether it takes them. */
    public int underWayCount() {
        loop().checkThread();
        return sender.underWayCount();
    }

    /** The process at the other end, as the kernel knows it; 0 before it is connected. */
    public int peerPid() {
        return socket.descriptors().peerPid();
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return socket.loop();
    }

    /** The first message goes to {@code listener}, before there is another one. */
    void expect(Consumer<? super Message> listener) {
        firstListener = listener;
    }

    boolean hasListener() {
        return firstListener != null || messageListener != null;
    }

    void tell(Message message) {
        Consumer<? super Message> first = firstListener;
        firstListener = null;
        if (first != null) {
            first.accept(message);
        } else if (messageListener != null) {
            messageListener.accept(message);
        }
    }

    /** Says what became of a message with descriptors. */
    void outcome(byte outcome) {
        sender.outcome(outcome);
    }

    /** The peer says what became of one of ours. */
    void peerSays(byte outcome) throws IOException {
        sender.peerSays(outcome);
    }

    /** The peer makes no sense, or was cut off. */
    void drop(IOException error) {
        socket.destroy(error);
    }

    private void failed(IOException error) {
        if (errorListener != null) {
            errorListener.accept(error);
        }
    }

    private void closed() {
        receiver.closed();
        sender.closed();
        if (closeListener != null) {
            // Behind the outcomes, each of which is a tick.
            loop().nextTick(closeListener);
        }
    }

    /** {@code MessageChannel[NetSocket[open, ...]]}. Any thread. */
    @Override
    public String toString() {
        return "MessageChannel[" + socket + "]";
    }
}
