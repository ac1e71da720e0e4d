package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamDescriptors;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.Listeners;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The channel of a Node program that has started this process with {@code stdio: [0, 1, 2, 'ipc']}:
 * JSON texts both ways, and with them open sockets, in Node's own format (serialization {@code
 * 'json'}, Node's default).
 *
 * <pre>
 *   Node    child.send({hello: 1}, socket)   ══▶  onMessage("{\"hello\":1}", Optional[Connection])
 *   Node    child.on('message', (m, socket)) ◀══  send("{\"back\":1}", Passable.of(socket), outcome)
 * </pre>
 *
 * Node passes one socket at a time and holds everything behind it back until the word comes that it
 * has arrived; so does this. What passes stays its sender's until then. Messages whose {@code cmd}
 * begins with {@code NODE_} are Node's own and are not shown. There is no place in the format for
 * bytes that a connection has received already: such a connection can't be sent.
 *
 * <p>Belongs to its loop's thread. The channel keeps its loop alive while there is a listener for
 * messages. When the parent ends or disconnects, this process goes on: end it in {@link #onClose}
 * if it is of no use then. Only the driver epoll passes descriptors.
 *
 * {@snippet class="dev.millrace.ipc.NodeExamplesTest" region="node"}
 */
public final class NodeChannel implements AutoCloseable {
    /** Which descriptor it is, in the environment of a child of Node's. */
    static final String DESCRIPTOR = "NODE_CHANNEL_FD";

    static final String SERIALIZATION = "NODE_CHANNEL_SERIALIZATION_MODE";

    private static final int STANDARD_ERROR = 2;
    private static final AtomicBoolean IS_OPENED = new AtomicBoolean();
    private static final Consumer<@Nullable IOException> UNHEARD = error -> {};

    private final NetSocket socket;
    private final ChannelOptions options;
    private final NodeSender sender;
    private final NodeReceiver receiver;
    private final NodeSockets sockets = new NodeSockets(this);

    /** By the user. */
    private boolean isPaused;

    /** A message waits for a listener. */
    private boolean isHeld;

    /** Words about what came wait for a peer that does not read them. */
    private boolean isReplying;

    /** A send was false. */
    private boolean isDrainDue;

    private boolean isOver;
    private @Nullable BiConsumer<? super String, ? super Optional<Passable>> messageListener;
    private @Nullable Consumer<? super IOException> errorListener;
    private @Nullable Runnable closeListener;
    private @Nullable Runnable drainListener;

    private NodeChannel(NetSocket socket, StreamDescriptors descriptors, ChannelOptions options) {
        this.socket = socket;
        this.options = options;
        this.sender = new NodeSender(socket, descriptors, options);
        this.receiver = new NodeReceiver(this, descriptors, options);
        socket.handOver();
        socket.onBytes(receiver);
        socket.onEnd(receiver::ended);
        socket.onDrain(this::drained);
        socket.onError(this::failed);
        socket.onClose(this::closed);
    }

    /** Whether a Node parent has given this process a channel that is not open yet. */
    public static boolean isThere() {
        return System.getenv(DESCRIPTOR) != null && !IS_OPENED.get();
    }

    /** As the other, with the default limits. */
    public static NodeChannel open(Loop loop) {
        return open(loop, ChannelOptions.DEFAULTS);
    }

    /**
     * Opens the channel to the Node parent, which is in the environment ({@code NODE_CHANNEL_FD}).
     * Programs that this one starts by {@code ChildProcess} do not see it.
     *
     * @param options the longest line, either way, and how many sockets may wait to be sent
     * @throws IllegalStateException if no Node program has given this process a channel, it is open
     *     already, or the parent uses another serialization
     * @throws UnsupportedOperationException if the loop's driver passes no descriptors
     */
    public static NodeChannel open(Loop loop, ChannelOptions options) {
        loop.checkThread();
        if (IS_OPENED.get()) {
            throw new IllegalStateException("the channel to the Node parent is open already");
        }
        NodeChannel opened = open(loop, options, System.getenv());
        IS_OPENED.set(true);
        return opened;
    }

    static NodeChannel open(Loop loop, ChannelOptions options, Map<String, String> environment) {
        String number = environment.get(DESCRIPTOR);
        if (number == null) {
            throw new IllegalStateException(
                    "no Node program has given this process a channel: start it with"
                            + " stdio: [0, 1, 2, 'ipc']");
        }
        String mode = environment.getOrDefault(SERIALIZATION, "json");
        if (!mode.equals("json")) {
            throw new IllegalStateException(
                    "the Node parent writes messages in V8's own format ("
                            + mode
                            + "): start this process with serialization: 'json'");
        }
        NodeChannel channel = on(socket(loop, descriptor(number)), options);
        channel.unref();
        return channel;
    }

    /** Of a number that some other process has left in the environment nothing is closed. */
    private static Descriptor descriptor(String number) {
        int found;
        try {
            found = Integer.parseInt(number);
        } catch (NumberFormatException e) {
            throw new IllegalStateException(DESCRIPTOR + " is no number: " + number, e);
        }
        if (found <= STANDARD_ERROR) {
            throw new IllegalStateException(
                    DESCRIPTOR
                            + " is "
                            + number
                            + ", a standard stream: start this process with"
                            + " stdio: [0, 1, 2, 'ipc']");
        }
        Descriptor inherited = Descriptor.of(found);
        try {
            if (inherited.kind() == DescriptorKind.UNIX) {
                return inherited;
            }
        } catch (UncheckedIOException closed) {
            throw notOurs(number, closed);
        }
        throw notOurs(number, null);
    }

    private static IllegalStateException notOurs(String number, @Nullable Exception cause) {
        return new IllegalStateException(
                DESCRIPTOR
                        + " is "
                        + number
                        + ", which is no channel: the variable is that of another process, which"
                        + " has started this one; remove it from the environment there",
                cause);
    }

    /** The same socket on a number of its own, which no program that is started inherits. */
    private static NetSocket socket(Loop loop, Descriptor inherited) {
        try {
            Descriptor own = inherited.duplicate();
            Arrival arrival = new Arrival(own, Arrival.Entry.bare(true));
            Passable opened;
            try {
                opened = arrival.open(loop);
            } catch (UnsupportedOperationException otherDriver) {
                own.close();
                throw otherDriver;
            }
            inherited.close();
            return ((Passable.Connection) opened).socket();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes a channel that speaks Node's format of any connected Unix socket, whose new owner it
     * is.
     *
     * @throws IllegalStateException if bytes have come already, or it is closed
     * @throws IllegalArgumentException if it is no Unix socket
     * @throws UnsupportedOperationException if the loop's driver passes no descriptors
     */
    public static NodeChannel on(NetSocket socket, ChannelOptions options) {
        Objects.requireNonNull(options, "options");
        try {
            return new NodeChannel(socket, socket.descriptors().carry(), options);
        } catch (IOException e) {
            throw new IllegalArgumentException("a channel needs a Unix socket: " + socket, e);
        }
    }

    /**
     * Sends a JSON text: an object, or any other value. False: the peer is slow, and what is sent
     * waits in memory until {@link #onDrain}.
     *
     * @throws IllegalArgumentException if it is no JSON text, is longer than a line may be, or is
     *     an object whose {@code cmd} begins with {@code NODE_}
     */
    public boolean send(String json) {
        return send(new Departure(Frame.TEXT, line(json), List.of(), UNHEARD));
    }

    /**
     * Sends a JSON text, and with it what passes: a connection, a listener, a datagram socket or a
     * pipe. From this call on it is left alone: a connection is handed over and paused.
     *
     * @param outcome gets null when it has arrived in the peer's process, and then a connection is
     *     ours no more; what the program makes of it Node does not say. Otherwise it is still ours,
     *     a connection paused and without listeners, and the error says why: EMFILE, the peer had
     *     no room for it, four times; EPIPE, the channel has ended; ECANCELED, the channel was
     *     closed here, and whether it has arrived can't be said; ENOBUFS, too many wait;
     *     ERR_CHANNEL_UNREAD, bytes of the connection were received; ERR_INVALID_HANDLE_TYPE, Node
     *     does not take such a thing
     * @throws IllegalArgumentException as {@link #send(String)}
     */
    public boolean send(
            String json, Passable passed, Consumer<? super @Nullable IOException> outcome) {
        Objects.requireNonNull(passed, "passed");
        return send(new Departure(Frame.TEXT, line(json), List.of(passed), outcome));
    }

    private boolean send(Departure departure) {
        boolean isDrained = sender.send(departure);
        isDrainDue |= !isDrained;
        return isDrained;
    }

    /** In one line, whatever space was between its words. */
    private byte[] line(String json) {
        loop().checkThread();
        if (NodeReceiver.isInternal(JsonText.members(json, Set.of("cmd")))) {
            throw new IllegalArgumentException(
                    "a message whose cmd begins with NODE_ is Node's own: use another name, "
                            + json.substring(0, Math.min(json.length(), 80)));
        }
        byte[] line = json.replace('\n', ' ').getBytes(StandardCharsets.UTF_8);
        if (line.length > options.messageMaxBytes()) {
            throw new IllegalArgumentException(
                    "a message has at most "
                            + options.messageMaxBytes()
                            + " bytes, this one "
                            + line.length
                            + ": send it in parts, or raise messageMaxBytes");
        }
        return line;
    }

    /**
     * A message came: its JSON text, and what passes with it, which is the listener's: a connection
     * that is of no use is to be destroyed. Until there is a listener none is read. From now on the
     * channel keeps the loop alive.
     */
    public NodeChannel onMessage(BiConsumer<? super String, ? super Optional<Passable>> listener) {
        loop().checkThread();
        messageListener = Listeners.once(messageListener, listener, "onMessage");
        receiver.listened();
        return ref();
    }

    /** The channel failed; its close follows. Without a listener it just closes. */
    public NodeChannel onError(Consumer<? super IOException> listener) {
        loop().checkThread();
        errorListener = Listeners.and(errorListener, listener);
        return this;
    }

    /** The channel is over, whichever end closed it; every outcome was told. */
    public NodeChannel onClose(Runnable listener) {
        loop().checkThread();
        closeListener = Listeners.and(closeListener, listener);
        return this;
    }

    /** Nothing waits to be sent any more, after a {@code send} that was false. */
    public NodeChannel onDrain(Runnable listener) {
        loop().checkThread();
        drainListener = Listeners.once(drainListener, listener, "onDrain");
        return this;
    }

    /**
     * Ends the channel behind the last message, and the word about the last socket; Node's {@code
     * disconnect}. This process goes on.
     */
    public void disconnect() {
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

    /** Reads no further message until {@link #resume}, and no word about what was sent. */
    public NodeChannel pause() {
        loop().checkThread();
        isPaused = true;
        update();
        return this;
    }

    /** Reads messages again. */
    public NodeChannel resume() {
        loop().checkThread();
        isPaused = false;
        update();
        return this;
    }

    /** Lets the channel keep its loop alive. */
    public NodeChannel ref() {
        socket.ref();
        return this;
    }

    /** Stops the channel from keeping its loop alive. */
    public NodeChannel unref() {
        socket.unref();
        return this;
    }

    /** Whether messages can be sent. */
    public boolean isOpen() {
        return !socket.isDestroyed() && sender.isOpen();
    }

    /** How many things were sent of which the peer has not said that they have arrived. */
    public int underWayCount() {
        loop().checkThread();
        return sender.passing();
    }

    /** The loop it belongs to. */
    public Loop loop() {
        return socket.loop();
    }

    private void update() {
        if (isOver) {
            return;
        }
        if (isPaused || isHeld || isReplying) {
            socket.pause();
        } else {
            socket.resume();
        }
    }

    boolean isPaused() {
        return isPaused || isHeld || isReplying || socket.isDestroyed();
    }

    boolean isOver() {
        return isOver;
    }

    /** A message waits for a listener. */
    void hold() {
        isHeld = true;
        update();
    }

    void unhold() {
        isHeld = false;
        update();
    }

    boolean hasListener() {
        return messageListener != null;
    }

    void tell(String json, Optional<Passable> passed) {
        Objects.requireNonNull(messageListener).accept(json, passed);
    }

    NodeSockets sockets() {
        return sockets;
    }

    /** A word about what came. A peer that does not read them is not read either. */
    void reply(String json) {
        if (!sender.reply(json)) {
            isReplying = true;
            update();
        }
    }

    void acknowledged(boolean hasArrived) throws IOException {
        sender.acknowledged(hasArrived);
        tellDrain();
    }

    private void drained() {
        isReplying = false;
        update();
        sender.flush();
        tellDrain();
    }

    private void tellDrain() {
        if (isDrainDue && drainListener != null && sender.isDrained()) {
            isDrainDue = false;
            drainListener.run();
        }
    }

    /** The peer makes no sense. */
    void drop(IOException error) {
        socket.destroy(error);
    }

    private void failed(IOException error) {
        if (errorListener != null) {
            errorListener.accept(error);
        }
    }

    private void closed() {
        isOver = true;
        sockets.close();
        sender.closed();
        if (closeListener != null) {
            // Behind the outcomes, each of which is a tick.
            loop().nextTick(closeListener);
        }
    }

    /** {@code NodeChannel[NetSocket[open, ...]]}. Any thread. */
    @Override
    public String toString() {
        return "NodeChannel[" + socket + "]";
    }
}
