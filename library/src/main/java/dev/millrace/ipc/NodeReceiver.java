package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.StreamDescriptors;
import dev.millrace.stream.BytesListener;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The read side of a {@link NodeChannel}: lines to messages, and a descriptor to the line that
 * announces it.
 *
 * <pre>
 *   line ─┬─ no "cmd" that begins with NODE_ ──────────────▶ onMessage
 *         ├─ NODE_HANDLE, its descriptor is there ── ACK ──▶ onMessage, with what passes
 *         ├─ NODE_HANDLE without one (EMFILE here) ── NACK, and the peer sends it again
 *         ├─ NODE_HANDLE_ACK, NODE_HANDLE_NACK ──▶ NodeSender
 *         ├─ NODE_SOCKET_NOTIFY_CLOSE, NODE_SOCKET_GET_COUNT ──▶ NodeSockets
 *         └─ any other NODE_: for Node's own ends of a channel
 * </pre>
 *
 * A line's descriptor travels with its first byte, and the kernel ends a read behind the bytes it
 * came with. So when a line is whole its descriptor is there, and when everything that came was
 * looked at, one may be left only for a line that is not whole yet.
 */
final class NodeReceiver implements BytesListener, LineParser.Receiver {
    static final String INTERNAL = "NODE_";
    private static final String HANDLE = "NODE_HANDLE";

    private static final Set<String> FIELDS = Set.of("cmd", "msg", "key");

    private final NodeChannel channel;
    private final StreamDescriptors descriptors;
    private final LineParser lines;

    /** It came before there was a listener; nothing more is read until there is one. */
    private @Nullable String heldBack;

    NodeReceiver(NodeChannel channel, StreamDescriptors descriptors, ChannelOptions options) {
        this.channel = channel;
        this.descriptors = descriptors;
        this.lines = new LineParser(options.messageMaxBytes(), this);
        descriptors.tellLoss();
    }

    /** Whether Node keeps a message with these members to itself. */
    static boolean isInternal(Map<String, String> members) {
        String command = command(members);
        return command.length() > INTERNAL.length() && command.startsWith(INTERNAL);
    }

    private static String command(Map<String, String> members) {
        return JsonText.unquote(members.getOrDefault("cmd", ""));
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        try {
            int taken = lines.add(array, offset, length);
            if (taken == length && lines.isBetween() && !isFull()) {
                refuseUnannounced();
            }
            return taken;
        } catch (IOException broken) {
            channel.drop(broken);
            return length;
        }
    }

    private void refuseUnannounced() throws IOException {
        int[] unannounced = descriptors.takeTogether().orElse(null);
        if (unannounced != null) {
            close(unannounced);
            throw FrameParser.broken("a descriptor that no line has announced");
        }
    }

    private static void close(int... numbers) {
        Arrays.stream(numbers).mapToObj(Descriptor::of).forEach(Descriptor::close);
    }

    @Override
    public boolean isFull() {
        return channel.isPaused();
    }

    @Override
    public void onLine(String line) throws IOException {
        Map<String, String> members = read(line);
        String command = command(members);
        boolean isForUser = !isInternal(members) || command.equals(HANDLE);
        if (isForUser && !channel.hasListener()) {
            heldBack = line;
            channel.hold();
            return;
        }
        if (!isInternal(members)) {
            channel.tell(line, Optional.empty());
            return;
        }
        switch (command) {
            case HANDLE -> handle(members);
            case "NODE_HANDLE_ACK" -> channel.acknowledged(true);
            case "NODE_HANDLE_NACK" -> channel.acknowledged(false);
            case "NODE_SOCKET_NOTIFY_CLOSE" -> channel.sockets().tellClosed(key(members));
            case "NODE_SOCKET_GET_COUNT" -> channel.sockets().tellCount(key(members));
            default -> {}
        }
    }

    private static Map<String, String> read(String line) throws IOException {
        try {
            return JsonText.members(line, FIELDS);
        } catch (IllegalArgumentException e) {
            throw FrameParser.broken("a line that is " + e.getMessage());
        }
    }

    /** As it was written, quotes and all. */
    private static String key(Map<String, String> members) {
        return members.getOrDefault("key", "null");
    }

    /** There is a listener: it gets what came before. */
    void listened() {
        String first = heldBack;
        if (first != null) {
            channel.loop().nextTick(() -> release(first));
        }
    }

    private void release(String first) {
        heldBack = null;
        if (channel.isOver()) {
            return;
        }
        channel.unhold();
        try {
            onLine(first);
        } catch (IOException broken) {
            channel.drop(broken);
        }
    }

    private void handle(Map<String, String> members) throws IOException {
        int[] came = descriptors.takeTogether().orElse(null);
        if (came == null || came.length == 0) {
            channel.reply("{\"cmd\":\"NODE_HANDLE_NACK\"}");
            return;
        }
        if (came.length > 1) {
            close(came);
            throw FrameParser.broken(came.length + " descriptors with one line");
        }
        Descriptor descriptor = Descriptor.of(came[0]);
        try {
            pass(members, descriptor);
        } catch (IOException broken) {
            descriptor.close();
            throw broken;
        }
    }

    private void pass(Map<String, String> members, Descriptor descriptor) throws IOException {
        Map<String, String> outer = members;
        String text = message(outer);
        Map<String, String> inner = read(text);
        if (command(inner).equals(HANDLE)) {
            // What was sent again Node has packed once more. Each packing has a word of its own in
            // Node; but one is what its sender counts with.
            outer = inner;
            text = message(outer);
            inner = read(text);
        }
        channel.reply("{\"cmd\":\"NODE_HANDLE_ACK\"}");
        if (isInternal(inner)) {
            // Of Node's own cluster, for instance.
            descriptor.close();
            return;
        }
        Arrival arrival = new Arrival(descriptor, Arrival.Entry.bare(false));
        Passable passed = arrival.open(channel.loop());
        if (passed instanceof Passable.Connection connection && outer.containsKey("key")) {
            channel.sockets().add(key(outer), connection.socket());
        }
        channel.tell(text, Optional.of(passed));
    }

    private static String message(Map<String, String> members) throws IOException {
        String text = members.get("msg");
        if (text == null) {
            throw FrameParser.broken("a NODE_HANDLE without a msg");
        }
        return text;
    }

    /** The peer ended its side. */
    void ended() {
        if (!lines.isBetween()) {
            channel.drop(FrameParser.broken("the end in the middle of a line"));
        }
    }
}
