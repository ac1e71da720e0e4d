package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.DescriptorKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came over a {@link MessageChannel}: text or bytes, and what passes with it.
 *
 * <p>What passes is to be {@linkplain #take taken} before the listener returns. Otherwise it is
 * closed here, and its sender learns that it still has it. Loop thread only.
 *
 * {@snippet class="dev.millrace.ipc.ChannelExamplesTest" region="passed"}
 */
public final class Message {
    private final MessageChannel channel;
    private final boolean isText;
    private final byte[] body;
    private final List<Arrival> arrivals;
    private @Nullable List<Passable> taken;
    private boolean isRefused;

    /** The sender was told that it was taken. */
    private boolean isAcknowledged;

    private boolean isOver;

    Message(MessageChannel channel, boolean isText, byte[] body, List<Arrival> arrivals) {
        this.channel = channel;
        this.isText = isText;
        this.body = body;
        this.arrivals = arrivals;
    }

    /** Whether it was sent as text. */
    public boolean isText() {
        return isText;
    }

    /** What was sent, read as UTF-8. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** The bytes of it, which are the receiver's. */
    public ByteBuffer bytes() {
        return ByteBuffer.wrap(body);
    }

    /** What passes with it, in order, without taking it. */
    public List<DescriptorKind> kinds() {
        channel.loop().checkThread();
        return arrivals.stream().map(Arrival::kind).toList();
    }

    /**
     * What passes with it, in order: it is this process's from now on. A connection that was reset
     * on the way comes destroyed, with the error for {@code onError}. Called again, the same.
     *
     * @throws IllegalStateException if the listener has returned, and it was not taken before
     */
    public List<Passable> take() {
        channel.loop().checkThread();
        if (taken == null) {
            if (isOver) {
                throw new IllegalStateException(
                        "what came with the message was given back: take it inside the listener");
            }
            taken = arrivals.stream().map(arrival -> arrival.open(channel.loop())).toList();
        }
        return taken;
    }

    /**
     * As {@link #take}, without making anything of them: each as the descriptor that it is. What a
     * connection had not consumed is not told then.
     *
     * @throws IllegalStateException as {@link #take}, or if it was taken the other way
     */
    public List<Descriptor> takeDescriptors() {
        channel.loop().checkThread();
        if (isOver || taken != null) {
            throw new IllegalStateException("what came with the message was taken or given back");
        }
        taken = List.of();
        return arrivals.stream().map(Arrival::descriptor).toList();
    }

    /**
     * Gives back what was taken: its sender still has it, and hears of it as if it had not been
     * taken. What was made of it here is the caller's to close. For a receiver that has to look at
     * a connection before it knows whether it wants it.
     *
     * {@snippet class="dev.millrace.net.ConnectionMovesExamplesTest" region="take"}
     *
     * @throws IllegalStateException if the listener has returned, or it was {@linkplain
     *     #acknowledge acknowledged}
     */
    public void refuse() {
        channel.loop().checkThread();
        if (isOver || isAcknowledged) {
            throw new IllegalStateException(
                    "refuse what came inside the listener, and before it is acknowledged");
        }
        isRefused = true;
    }

    /**
     * Tells the sender now that what passes was taken, not when the listener returns. It is for a
     * receiver that begins to serve within the listener: if its process died in the middle, the
     * sender would take the connection for its own again, and another process would serve it once
     * more. What is written behind this call leaves behind it.
     *
     * {@snippet class="dev.millrace.ipc.ChannelExamplesTest" region="acknowledge"}
     *
     * @throws IllegalStateException if it was not taken, was refused, or the listener has returned
     */
    public void acknowledge() {
        channel.loop().checkThread();
        if (taken == null || isRefused || isOver) {
            throw new IllegalStateException("acknowledge what was taken inside the listener");
        }
        if (!isAcknowledged && hasArrivals()) {
            isAcknowledged = true;
            channel.outcome(Frame.TAKEN);
        }
    }

    private boolean hasArrivals() {
        return !arrivals.isEmpty();
    }

    /** Whether the sender waits to hear what became of what passes. */
    boolean isOutcomeDue() {
        return hasArrivals() && !isAcknowledged;
    }

    /** The listener has returned; whether it took what passes. */
    boolean finish() {
        isOver = true;
        if (taken == null) {
            arrivals.forEach(Arrival::close);
        }
        return taken != null && !isRefused;
    }

    /** {@code Message[text, 12 bytes, 1 passed]}. Any thread. */
    @Override
    public String toString() {
        return "Message[%s, %d bytes, %d passed]"
                .formatted(isText ? "text" : "bytes", body.length, arrivals.size());
    }
}
