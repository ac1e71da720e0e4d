package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.StreamDescriptors;
import dev.millrace.stream.BytesListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The read side of a {@link MessageChannel}: frames to messages, and descriptors to the frames that
 * they came with.
 *
 * <p>A frame's descriptors travel with its first byte, and the kernel ends a read behind the bytes
 * they came with. So when a head is whole, those that it announces are there, and when everything
 * that came was looked at, none is left but for a frame whose head is not whole yet (X96).
 */
final class ChannelReceiver implements BytesListener, FrameParser.Receiver {
    private final MessageChannel channel;
    private final StreamDescriptors descriptors;
    private final ChannelOptions options;
    private final FrameParser parser;

    /** Came with the frame that is being read. */
    private int[] ofFrame = {};

    /** Came with the message that is being read. */
    private final List<Arrival> arrivals = new ArrayList<>();

    /** Some of the message's descriptors found no room here. */
    private boolean isLost;

    /** How many descriptors the message has, those that are lost included. */
    private int count;

    /** The size of the message's frames so far. */
    private int size;

    /** It came before there was a listener; nothing more is read until there is one. */
    private @Nullable Message heldBack;

    ChannelReceiver(MessageChannel channel, StreamDescriptors descriptors, ChannelOptions options) {
        this.channel = channel;
        this.descriptors = descriptors;
        this.options = options;
        this.parser = new FrameParser(options.messageMaxBytes(), this);
        descriptors.tellLoss();
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        try {
            int taken = parser.add(array, offset, length);
            if (taken == length && !parser.isInHead() && !isFull()) {
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
            throw FrameParser.broken("descriptors that no frame has announced");
        }
    }

    @Override
    public boolean isFull() {
        return channel.isPaused();
    }

    /** There is a listener: it gets what came before. */
    void listened() {
        Message first = heldBack;
        if (first != null) {
            channel.loop()
                    .nextTick(() -> {
                        heldBack = null;
                        deliver(first);
                        channel.resume();
                    });
        }
    }

    /** The peer ended its side. */
    void ended() {
        if (!parser.isBetween() || !arrivals.isEmpty()) {
            channel.drop(FrameParser.broken("the end in the middle of a message"));
        }
    }

    void closed() {
        arrivals.forEach(Arrival::close);
        arrivals.clear();
        close(ofFrame);
        if (heldBack != null) {
            heldBack.finish();
            heldBack = null;
        }
    }

    @Override
    public void onHead(int carried) throws IOException {
        if (carried == 0) {
            return;
        }
        int[] came = descriptors.takeTogether().orElse(null);
        count += carried;
        if (came == null || (came.length > 0 && came.length != carried)) {
            close(came == null ? new int[0] : came);
            throw FrameParser.broken(
                    "a frame with "
                            + (came == null ? 0 : came.length)
                            + " descriptors, not "
                            + carried);
        }
        if (count > options.descriptorsMax()) {
            close(came);
            throw FrameParser.broken(
                    count + " descriptors in a message, at most " + options.descriptorsMax());
        }
        isLost |= came.length == 0;
        ofFrame = came;
    }

    private static void close(int... numbers) {
        Arrays.stream(numbers).mapToObj(Descriptor::of).forEach(Descriptor::close);
    }

    @Override
    public void onFrame(Frame frame) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(frame.payload());
        size += frame.payload().length;
        if (size > options.messageMaxBytes()) {
            throw FrameParser.broken("a message of " + size + " bytes in several frames");
        }
        if (frame.carried() > 0) {
            arrive(rest, frame.carried());
        }
        switch (frame.type()) {
            case Frame.CARRIES -> {
                if (rest.hasRemaining() || frame.carried() == 0) {
                    throw FrameParser.broken("a frame for descriptors with something else");
                }
            }
            case Frame.OUTCOME -> {
                if (rest.remaining() != 1 || count > 0) {
                    throw FrameParser.broken("an outcome of " + rest.remaining() + " bytes");
                }
                size = 0;
                channel.peerSays(rest.get());
            }
            default -> deliver(frame.type() == Frame.TEXT, rest);
        }
    }

    private void arrive(ByteBuffer table, int carried) throws IOException {
        int[] numbers = ofFrame;
        ofFrame = new int[0];
        if (numbers.length == 0) {
            // Of what is lost the entries are there: the message stands behind them.
            for (int left = carried; left > 0; left--) {
                Arrival.Entry.of(table);
            }
            return;
        }
        List<Descriptor> came = Arrays.stream(numbers).mapToObj(Descriptor::of).toList();
        try {
            for (Descriptor descriptor : came) {
                arrivals.add(new Arrival(descriptor, Arrival.Entry.of(table)));
            }
        } catch (IOException broken) {
            came.forEach(Descriptor::close);
            throw broken;
        }
    }

    private void deliver(boolean isText, ByteBuffer rest) {
        byte[] body = new byte[rest.remaining()];
        rest.get(body);
        Message message = new Message(channel, isText, body, List.copyOf(arrivals));
        arrivals.clear();
        count = 0;
        size = 0;
        if (isLost) {
            isLost = false;
            message.finish();
            channel.outcome(Frame.LOST);
        } else if (!channel.hasListener()) {
            heldBack = message;
            channel.pause();
        } else {
            deliver(message);
        }
    }

    private void deliver(Message message) {
        try {
            channel.tell(message);
        } finally {
            boolean isTaken = message.finish();
            if (message.isOutcomeDue()) {
                channel.outcome(isTaken ? Frame.TAKEN : Frame.NOT_TAKEN);
            }
        }
    }
}
