package dev.millrace.stream;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The machinery around a {@link Filter}, for classes that implement streams: it sits between the
 * two sides of a stream and the raw transport.
 *
 * <pre>
 *                 ready()                  sendEnd()
 *   HANDSHAKING ───────────▶ OPEN ──────────────────────▶ ENDED
 *    │ writes wait here       │ writes pass the filter      │ our FIN is ordered
 *    │ transport is read      │ the reader's pause counts   │
 *    └───────────── fail(), over() ────────────────────────┴──▶ OVER
 * </pre>
 */
public final class FilteredTransport implements FilterWire {
    /** The transport below the filter, and the stream above it. */
    public interface Raw {
        /** Hands bytes to the read side. */
        void deliver(byte[] array, int offset, int length);

        /** Ends the read side. */
        void deliverEnd();

        /**
         * Sends bytes, which are copied or sent at once; {@code callback}, if there is one, is told
         * in its turn. No limit counts: the user's bytes passed it above the filter.
         */
        void send(
                byte[] array,
                int offset,
                int length,
                @Nullable Consumer<? super @Nullable IOException> callback);

        /** Sends FIN behind the last byte. */
        void sendEnd();

        /** Bytes that were sent and that the transport still queues. */
        long queuedBytes();

        /** The transport delivers from now on. */
        void startReading();

        /** The transport delivers nothing, from right now on. */
        void stopReading();

        /** The filter is ready. */
        void ready();

        /** The filter may hold less than before: the writer may be due for its drain. */
        void released();

        /** Destroys the stream with {@code error}. */
        void fail(IOException error);

        /** Runs {@code task} soon, on the loop, and not from inside the running call. */
        void soon(Runnable task);
    }

    /** How far the filter is, as drawn above. */
    private enum Life {
        HANDSHAKING,
        OPEN,
        ENDED,
        OVER
    }

    private static final byte[] NONE = new byte[0];

    private final Filter filter;
    private final Raw raw;
    private Life life = Life.HANDSHAKING;

    /** What the user wrote before the filter was ready. */
    private final ArrayDeque<EarlyWrite> early = new ArrayDeque<>();

    private long earlyBytes;

    /** Callbacks of writes that the filter has not sent as a whole yet. */
    private final ArrayDeque<Due> due = new ArrayDeque<>();

    /** How much the user may leave waiting, here and in the transport. */
    private WriteLimit limit;

    /** All that went into {@link Filter#written}. */
    private long writtenBytes;

    /** The largest of the writes since nothing waited: the limit leaves it out. */
    private long largest;

    /** The filter is in {@code written}: what it sends is not yet all it makes of those bytes. */
    private boolean isWriting;

    /** The user ended its side; the filter hears of it as soon as it is ready. */
    private boolean isEndWritten;

    private boolean isEndDelivered;

    /** The reader takes bytes; counts once the filter is ready. */
    private boolean isReadWanted;

    /** Bytes from before the filter was there, which it gets first. */
    private byte[] unread = NONE;

    /** A turn is ordered that gives the filter {@link #unread}. */
    private boolean isUnreadDue;

    /** The transport's end came while {@link #unread} was not given yet. */
    private boolean isEndUnread;

    /** {@code isReadWanted}: whether the reader takes bytes at present. */
    public FilteredTransport(Filter filter, Raw raw, WriteLimit limit, boolean isReadWanted) {
        this.filter = Objects.requireNonNull(filter, "filter");
        this.raw = raw;
        this.limit = limit;
        this.isReadWanted = isReadWanted;
    }

    /** Lets the filter begin. The transport is read, whatever the reader wants, until ready. */
    public void attach() {
        filter.attach(this);
        if (life == Life.HANDSHAKING || (isReady() && isReadWanted)) {
            raw.startReading();
        }
    }

    /** The connection stands. */
    public void connected() {
        if (life == Life.HANDSHAKING) {
            raw.startReading();
            filter.connected();
        }
    }

    /** How much may wait. */
    public WriteLimit limit() {
        return limit;
    }

    /** Sets how much may wait. */
    public void limit(WriteLimit chosen) {
        limit = chosen;
    }

    /** Whether the filter is ready, and the stream not over. */
    public boolean isReady() {
        return life == Life.OPEN || life == Life.ENDED;
    }

    /** Bytes of the user's that wait above the transport. */
    public long heldBytes() {
        return life == Life.OVER ? 0 : earlyBytes + filter.heldBytes();
    }

    /** Whether the writer may be told of a drain once the transport queues nothing. */
    public boolean isDrained() {
        return earlyBytes == 0 && heldBytes() < WriteStream.HIGH_WATER_MARK_BYTES;
    }

    /** The bytes that the stream received before it had the filter, copied; the filter is first. */
    public void unread(byte[] array, int offset, int length) {
        unread = KeptBytes.andThen(unread, array, offset, length);
        giveUnreadSoon();
    }

    /** As {@link #unread}: the end had been received too. */
    public void unreadEnd() {
        isEndUnread = true;
        giveUnreadSoon();
    }

    private void giveUnreadSoon() {
        if (!isUnreadDue) {
            isUnreadDue = true;
            raw.soon(this::giveUnread);
        }
    }

    private void giveUnread() {
        isUnreadDue = false;
        byte[] array = unread;
        unread = NONE;
        received(array, 0, array.length);
        if (isEndUnread) {
            isEndUnread = false;
            receivedEnd();
        }
    }

    /** The transport has bytes, lent for the duration of the call. */
    public void received(byte[] array, int offset, int length) {
        if (isUnreadDue) {
            unread(array, offset, length);
        } else if (life != Life.OVER && length > 0) {
            filter.received(array, offset, length);
            settle();
        }
    }

    /** The transport has no more bytes. */
    public void receivedEnd() {
        if (isUnreadDue) {
            isEndUnread = true;
        } else if (life == Life.HANDSHAKING) {
            fail(new EOFException("the peer ended the connection before the filter was ready"));
        } else if (life != Life.OVER) {
            filter.receivedEnd();
            settle();
        }
    }

    /** The reader takes bytes. */
    public void startReading() {
        isReadWanted = true;
        if (isReady()) {
            raw.startReading();
        }
    }

    /** The reader takes no bytes. Before it is ready the filter gets them all the same. */
    public void stopReading() {
        isReadWanted = false;
        if (isReady()) {
            raw.stopReading();
        }
    }

    /** Whether {@code length} bytes more are beyond the limit. Asked before {@link #write}. */
    public boolean isBeyondLimit(int length) {
        long waiting = heldBytes() + raw.queuedBytes();
        return waiting > 0 && limit.isExceededBy(length, waiting, largest);
    }

    /** The user writes bytes; with {@code isLent} the array is not ours to keep. */
    public void write(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        boolean isWaiting = heldBytes() + raw.queuedBytes() > 0;
        largest = isWaiting ? Math.max(largest, length) : length;
        if (life == Life.HANDSHAKING || !early.isEmpty()) {
            byte[] own = isLent ? Arrays.copyOfRange(array, offset, offset + length) : array;
            early.add(new EarlyWrite(own, isLent ? 0 : offset, length, callback));
            earlyBytes += length;
        } else {
            pass(array, offset, length, callback);
        }
    }

    private void pass(
            byte[] array,
            int offset,
            int length,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        if (life == Life.ENDED) {
            fail(new IOException("the filter has ended this side of the stream"));
        }
        if (life == Life.OVER) {
            sendCallback(callback);
            return;
        }
        writtenBytes += length;
        if (length > 0) {
            isWriting = true;
            try {
                filter.written(array, offset, length);
            } catch (RuntimeException e) {
                threw(e);
            } finally {
                isWriting = false;
            }
        }
        if (callback != null) {
            due.add(new Due(writtenBytes, callback));
        }
        settle();
    }

    /** A call of the user's is not the place to hear of it. */
    private void threw(RuntimeException thrown) {
        fail(new IOException("the filter threw " + thrown.getClass().getName(), thrown));
    }

    /** An empty write behind what the filter made: its callback comes in the transport's order. */
    private void sendCallback(@Nullable Consumer<? super @Nullable IOException> callback) {
        if (callback != null) {
            raw.send(NONE, 0, 0, callback);
        }
    }

    /** The filter may have sent what it held back. */
    private void settle() {
        if (isWriting) {
            return;
        }
        settleTo(life == Life.OPEN ? writtenBytes - filter.heldBytes() : writtenBytes);
        raw.released();
    }

    private void settleTo(long passed) {
        for (Due next = due.peek(); next != null && next.position <= passed; next = due.peek()) {
            due.remove();
            sendCallback(next.callback());
        }
    }

    /** The user ends its side. */
    public void end() {
        isEndWritten = true;
        if (life == Life.OPEN && early.isEmpty()) {
            endWritten();
        }
    }

    private void endWritten() {
        isEndWritten = false;
        try {
            filter.writtenEnd();
        } catch (RuntimeException e) {
            threw(e);
        }
        settle();
    }

    /** The stream is destroyed: the filter may let go of what it has. */
    public void over() {
        if (life != Life.OVER) {
            life = Life.OVER;
            unread = NONE;
            filter.closed();
        }
    }

    /** After {@link #over}: every callback that the transport does not know of gets an error. */
    public void cancel(Consumer<Consumer<? super @Nullable IOException>> teller) {
        for (Due next = due.poll(); next != null; next = due.poll()) {
            teller.accept(next.callback());
        }
        for (EarlyWrite next = early.poll(); next != null; next = early.poll()) {
            if (next.callback() != null) {
                teller.accept(next.callback());
            }
        }
        earlyBytes = 0;
    }

    @Override
    public void ready() {
        if (life != Life.HANDSHAKING) {
            return;
        }
        life = Life.OPEN;
        if (!isReadWanted) {
            raw.stopReading();
        }
        raw.ready();
        // What the listener of the connection wrote went behind these.
        for (EarlyWrite next = early.peek(); next != null && isReady(); next = early.peek()) {
            early.remove();
            earlyBytes -= next.length();
            pass(next.array(), next.offset(), next.length(), next.callback());
        }
        if (isEndWritten && life == Life.OPEN) {
            endWritten();
        }
    }

    @Override
    public void deliver(byte[] array, int offset, int length) {
        if (mayDeliver()) {
            raw.deliver(array, offset, length);
        }
    }

    @Override
    public void deliverEnd() {
        if (mayDeliver()) {
            isEndDelivered = true;
            raw.deliverEnd();
        }
    }

    private boolean mayDeliver() {
        if (life == Life.HANDSHAKING) {
            throw new IllegalStateException("the filter is not ready: it has nothing to deliver");
        }
        return life != Life.OVER && !isEndDelivered;
    }

    @Override
    public void send(byte[] array, int offset, int length) {
        if (life == Life.ENDED) {
            throw new IllegalStateException("the filter has ended its side");
        }
        if (life != Life.OVER && length > 0) {
            raw.send(array, offset, length, null);
            settle();
        }
    }

    @Override
    public void sendEnd() {
        if (life == Life.HANDSHAKING) {
            throw new IllegalStateException("the filter is not ready: it can only fail");
        }
        if (isWriting) {
            // Behind the callback of the running write.
            raw.soon(this::sendEnd);
        } else if (life == Life.OPEN) {
            // What the filter still holds it has no way to send any more.
            settleTo(writtenBytes);
            life = Life.ENDED;
            raw.sendEnd();
        }
    }

    @Override
    public void fail(IOException error) {
        if (life != Life.OVER) {
            raw.fail(error);
        }
    }

    private record Due(long position, Consumer<? super @Nullable IOException> callback) {}
}
