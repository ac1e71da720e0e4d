package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamDescriptors;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.WriteStream;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The write side of a {@link NodeChannel}: one descriptor at a time, and behind it everything else
 * until the peer has said what became of it.
 *
 * <pre>
 *   waiting ──its turn──▶ kernel          with a descriptor: under way ──ACK──▶ over
 *                                                             ▲   └─ NACK: up to 3 times again ─┐
 *                                                             └─────────────────────────────────┘
 * </pre>
 */
final class NodeSender {
    /** As Node has it. */
    private static final int RESENDS_MAX = 3;

    private final NetSocket socket;
    private final Loop loop;
    private final StreamDescriptors descriptors;
    private final ChannelOptions options;
    private final Deque<Departure> waiting = new ArrayDeque<>();

    /** What the peer owes a word for. */
    private @Nullable Departure underWay;

    private int resends;

    /** With a descriptor, {@link #underWay} included. */
    private int passing;

    private boolean isEnding;

    /** It was closed by its user. */
    private boolean isClosing;

    NodeSender(NetSocket socket, StreamDescriptors descriptors, ChannelOptions options) {
        this.socket = socket;
        this.loop = socket.loop();
        this.descriptors = descriptors;
        this.options = options;
    }

    boolean isOpen() {
        return !isEnding && !isClosing;
    }

    int passing() {
        return passing;
    }

    /** Whether nothing waits here or at the socket. */
    boolean isDrained() {
        return waiting.isEmpty()
                && underWay == null
                && socket.queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES;
    }

    boolean send(Departure departure) {
        if (socket.isDestroyed() || !isOpen() || passing + departure.count() > limit()) {
            boolean isFull = !socket.isDestroyed() && isOpen();
            int errno = isFull ? Errno.ENOBUFS : Errno.EPIPE;
            departure.failed(loop, SystemError.of(errno, "send"));
            return false;
        }
        passing += departure.count();
        departure.freeze();
        if (!departure.isReady) {
            loop.nextTick(() -> {
                departure.isReady = true;
                flush();
            });
        }
        waiting.add(departure);
        flush();
        return isDrained();
    }

    private int limit() {
        return options.descriptorsMax();
    }

    void flush() {
        while (!waiting.isEmpty()
                && waiting.peek().isReady
                && underWay == null
                && !socket.isDestroyed()) {
            Departure next = waiting.remove();
            if (next.count() == 0) {
                write(next.body);
            } else {
                resends = 0;
                depart(next);
            }
        }
        if (isEnding && waiting.isEmpty() && underWay == null) {
            socket.end();
        }
    }

    private boolean write(byte[]... parts) {
        return socket.write(ByteBuffer.wrap(line(parts)));
    }

    private static byte[] line(byte[]... parts) {
        int size = 1;
        for (byte[] part : parts) {
            size += part.length;
        }
        ByteBuffer line = ByteBuffer.allocate(size);
        for (byte[] part : parts) {
            line.put(part);
        }
        return line.put((byte) '\n').array();
    }

    private void depart(Departure next) {
        underWay = null;
        byte[] line;
        try {
            boolean isUnread = next.entries().getFirst().length > Arrival.ENTRY_BYTES;
            if (isUnread) {
                String remedy =
                        "bytes of the connection were received and not taken, and Node's format has"
                                + " no place for them: take them, or accept it paused"
                                + " (withPauseOnConnect)";
                throw SystemError.ofCode("ERR_CHANNEL_UNREAD", Errno.EINVAL, "send", remedy);
            }
            byte[] head =
                    ("{\"cmd\":\"NODE_HANDLE\"," + type(next) + ",\"msg\":")
                            .getBytes(StandardCharsets.UTF_8);
            line = line(head, next.body, new byte[] {'}'});
        } catch (IOException refused) {
            passing--;
            next.failed(loop, refused);
            return;
        }
        underWay = next;
        List<Descriptor> sent = List.copyOf(next.copies);
        next.copies.clear();
        int[] numbers = sent.stream().mapToInt(Descriptor::number).toArray();
        Request request = new Request(error -> sent.forEach(Descriptor::close));
        if (!descriptors.write(line, 0, line.length, numbers, request)) {
            // A peer that takes nothing, and a program that goes on all the same.
            sent.forEach(Descriptor::close);
            socket.destroy(SystemError.of(Errno.ENOBUFS, "send"));
        }
    }

    private static String type(Departure departure) throws IOException {
        DescriptorKind kind = departure.copies.getFirst().kind();
        return switch (kind) {
            case TCP, UNIX, PIPE -> "\"type\":\"net.Socket\"";
            case LISTENER -> "\"type\":\"net.Server\"";
            case UDP -> datagramType(departure.first());
            case TERMINAL, FILE, OTHER ->
                    throw SystemError.ofCode(
                            "ERR_INVALID_HANDLE_TYPE",
                            Errno.EINVAL,
                            "send",
                            "Node takes sockets, listeners and pipes, and ends at a " + kind);
        };
    }

    private static String datagramType(Passable passed) {
        IpAddress address =
                passed instanceof Passable.Datagrams datagrams
                        ? datagrams.socket().address().orElse(null)
                        : null;
        if (address == null) {
            return "\"type\":\"dgram.Native\"";
        }
        String type = address.family().equals("IPv6") ? "udp6" : "udp4";
        return "\"type\":\"dgram.Socket\",\"dgramType\":\"" + type + "\"";
    }

    /**
     * Goes out at once, between what waits: a word about what the peer has sent. False: a drain
     * will tell when the peer has read so far.
     */
    boolean reply(String json) {
        return socket.isDestroyed()
                || !socket.isWritable()
                || write(json.getBytes(StandardCharsets.UTF_8));
    }

    /** The peer's word about what is under way. */
    void acknowledged(boolean hasArrived) throws IOException {
        Departure arrived = underWay;
        if (arrived == null) {
            throw FrameParser.broken("a word about a descriptor that was not sent");
        }
        if (!hasArrived && resends < RESENDS_MAX) {
            resends++;
            depart(arrived);
        } else {
            underWay = null;
            passing--;
            if (hasArrived) {
                arrived.taken();
            } else {
                arrived.failed(loop, SystemError.of(Errno.EMFILE, "send"));
            }
        }
        flush();
    }

    /** Behind the last message, and the word about the last descriptor. */
    void end() {
        if (!isEnding) {
            isEnding = true;
            flush();
        }
    }

    void closing() {
        isClosing = true;
    }

    void closed() {
        IOException error = SystemError.of(isClosing ? Errno.ECANCELED : Errno.EPIPE, "send");
        passing = 0;
        if (underWay != null) {
            underWay.failed(loop, error);
            underWay = null;
        }
        waiting.forEach(departure -> departure.failed(loop, error));
        waiting.clear();
    }
}
