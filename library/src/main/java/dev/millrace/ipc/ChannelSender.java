package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamDescriptors;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.WriteStream;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The write side of a {@link MessageChannel}: messages in their order, split into frames, and what
 * the peer says of those with descriptors.
 *
 * <pre>
 *   waiting ──its turn──▶ kernel        with descriptors: under way ──the peer's word──▶ over
 * </pre>
 */
final class ChannelSender {
    private static final byte[] NONE = {};

    private final NetSocket socket;
    private final Loop loop;
    private final StreamDescriptors descriptors;
    private final ChannelOptions options;

    /** In front one whose connection may still be read by the callback that runs. */
    private final Deque<Departure> waiting = new ArrayDeque<>();

    private final Deque<Departure> underWay = new ArrayDeque<>();
    private int underWayCount;
    private boolean isEnding;

    /** It was closed by its user. */
    private boolean isClosing;

    ChannelSender(NetSocket socket, StreamDescriptors descriptors, ChannelOptions options) {
        this.socket = socket;
        this.loop = socket.loop();
        this.descriptors = descriptors;
        this.options = options;
    }

    boolean isOpen() {
        return !isEnding && !isClosing;
    }

    int underWayCount() {
        return underWayCount;
    }

    boolean send(Departure departure) {
        loop.checkThread();
        check(departure);
        if (socket.isDestroyed() || !isOpen()) {
            departure.failed(loop, SystemError.of(Errno.EPIPE, "send"));
            return false;
        }
        departure.freeze();
        if (!departure.isReady) {
            loop.nextTick(() -> {
                departure.isReady = true;
                flush();
            });
        }
        waiting.add(departure);
        flush();
        return socket.queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES;
    }

    private void check(Departure departure) {
        if (departure.body.length > options.messageMaxBytes()) {
            throw new IllegalArgumentException(
                    "a message has at most "
                            + options.messageMaxBytes()
                            + " bytes, this one "
                            + departure.body.length
                            + ": send it in parts, or raise messageMaxBytes at both ends");
        }
        if (departure.count() > options.descriptorsMax()) {
            throw new IllegalArgumentException(
                    "a message passes at most "
                            + options.descriptorsMax()
                            + " descriptors, not "
                            + departure.count());
        }
    }

    private void flush() {
        while (!waiting.isEmpty() && waiting.peek().isReady && !socket.isDestroyed()) {
            Departure next = waiting.remove();
            if (next.count() == 0) {
                socket.write(ByteBuffer.wrap(Frame.encode(next.type, 0, next.body)));
            } else {
                depart(next);
            }
        }
        if (isEnding && waiting.isEmpty()) {
            socket.end();
        }
    }

    private void depart(Departure departure) {
        if (underWayCount + departure.count() > options.descriptorsMax()) {
            departure.failed(loop, SystemError.of(Errno.ENOBUFS, "send"));
            return;
        }
        List<byte[]> entries;
        try {
            entries = departure.entries();
        } catch (IOException e) {
            departure.failed(loop, e);
            return;
        }
        int size = departure.body.length + entries.stream().mapToInt(entry -> entry.length).sum();
        if (size > options.messageMaxBytes()) {
            departure.failed(loop, SystemError.of(Errno.EMSGSIZE, "send"));
            return;
        }
        underWay.add(departure);
        underWayCount += departure.count();
        write(departure, entries);
    }

    /** As few frames as the kernel lets it be; the last one has the body. */
    private void write(Departure departure, List<byte[]> entries) {
        List<Descriptor> copies = List.copyOf(departure.copies);
        int from = 0;
        while (entries.size() - from > StreamDescriptors.AT_ONCE_MAX) {
            int to = from + StreamDescriptors.AT_ONCE_MAX;
            write(Frame.CARRIES, entries.subList(from, to), copies.subList(from, to), NONE);
            from = to;
        }
        List<Descriptor> last = copies.subList(from, copies.size());
        write(departure.type, entries.subList(from, entries.size()), last, departure.body);
    }

    private void write(byte type, List<byte[]> entries, List<Descriptor> copies, byte[] body) {
        List<byte[]> parts = new ArrayList<>(entries);
        parts.add(body);
        byte[] frame = Frame.encode(type, copies.size(), parts.toArray(byte[][]::new));
        int[] numbers = copies.stream().mapToInt(Descriptor::number).toArray();
        List<Descriptor> sent = List.copyOf(copies);
        Request request = new Request(error -> sent.forEach(Descriptor::close));
        if (!descriptors.write(frame, 0, frame.length, numbers, request)) {
            // A peer that takes nothing, and a program that goes on all the same.
            socket.destroy(SystemError.of(Errno.ENOBUFS, "send"));
        }
    }

    /** What became of a message of the peer's. */
    void outcome(byte outcome) {
        if (!socket.isDestroyed() && socket.isWritable()) {
            socket.write(ByteBuffer.wrap(Frame.encode(Frame.OUTCOME, 0, new byte[] {outcome})));
        }
    }

    /** What became of the first one that is under way. */
    void peerSays(byte outcome) throws IOException {
        Departure first = underWay.poll();
        if (first == null || outcome < Frame.TAKEN || outcome > Frame.LOST) {
            throw FrameParser.broken("an outcome of nothing that is under way");
        }
        underWayCount -= first.count();
        switch (outcome) {
            case Frame.TAKEN -> first.taken();
            case Frame.NOT_TAKEN ->
                    first.failed(
                            loop,
                            SystemError.ofCode(
                                    "ERR_CHANNEL_NOT_TAKEN",
                                    Errno.ECONNREFUSED,
                                    "send",
                                    "the receiver did not take what was passed"));
            default -> first.failed(loop, SystemError.of(Errno.EMFILE, "send"));
        }
    }

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
        underWayCount = 0;
        underWay.forEach(departure -> departure.failed(loop, error));
        underWay.clear();
        waiting.forEach(departure -> departure.failed(loop, error));
        waiting.clear();
    }
}
