package dev.millrace.net;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Request;
import dev.millrace.stream.BytesListener;
import dev.millrace.stream.Filter;
import dev.millrace.stream.FilteredTransport;
import dev.millrace.stream.WriteLimit;
import dev.millrace.sys.Errno;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Filter} in its place: the handle below it, the two sides of the socket above it. Only a
 * socket with a filter has one of these.
 */
final class SocketFilter implements FilteredTransport.Raw, BytesListener {
    /** The limit counts above the filter, whose own bytes can't be refused. */
    private static final WriteLimit UNLIMITED =
            new WriteLimit(Long.MAX_VALUE, WriteLimit.Policy.CLOSE);

    private final NetSocket socket;

    /** What there is of it without a socket. */
    final FilteredTransport filtered;

    /** The handle had nothing queued, but the filter: its release asks the handle again. */
    private boolean isDrainDeferred;

    private boolean isConnected;

    /** The filter became ready in the running call: what comes with it is told apart from that. */
    private boolean isFresh;

    /** What came with the last step of a handshake, until it is told; null: nothing waits. */
    private @Nullable ByteArrayOutputStream held;

    /** The peer's end stands behind {@link #held}. */
    private boolean isEndHeld;

    /** The reader takes bytes, those that are held first. */
    private boolean isReading;

    /** The filter has ended our side of the line, which it may do before our side ends. */
    private boolean isLineEnded;

    /** A write was refused whose writer does not hear of it: nothing is sent any more. */
    private @Nullable IOException gap;

    SocketFilter(NetSocket socket, Filter filter) {
        this.socket = socket;
        this.filtered =
                new FilteredTransport(
                        filter, this, socket.handle.writeLimit(), !socket.inbound.isPaused());
    }

    /** Takes its place. */
    void start() {
        socket.handle.writeLimit(UNLIMITED);
        filtered.attach();
        if (socket.handle.isConnected()) {
            connected();
        }
        socket.inbound.divert(this);
    }

    /** The connection stands; heard twice of one that stands at once. */
    void connected() {
        if (!isConnected) {
            isConnected = true;
            filtered.connected();
        }
    }

    /** The connection has bytes, lent for the duration of the call. */
    void received(byte[] array, int offset, int length) {
        isFresh = false;
        filtered.received(array, offset, length);
    }

    /** As the handle does it: a gap that the writer would not hear of ends the socket. */
    boolean write(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        Objects.checkFromIndexSize(offset, length, array.length);
        if (gap == null && !filtered.isBeyondLimit(length)) {
            filtered.write(array, offset, length, isLent, callback);
            return true;
        }
        IOException error = gap == null ? SystemError.of(Errno.ENOBUFS, "write") : gap;
        if (callback != null) {
            soon(() -> callback.accept(error));
        }
        boolean isGap = callback == null || filtered.limit().policy() == WriteLimit.Policy.CLOSE;
        if (gap == null && isGap) {
            gap = error;
            soon(() -> failed(error));
        }
        return false;
    }

    private void failed(IOException error) {
        if (!socket.isDestroyed()) {
            socket.transport.onError(error);
        }
    }

    /**
     * Our side ends. Where the filter has ended the line before, as TLS does when its peer ends
     * both sides and the reader was not told yet, nothing else tells that this is done.
     */
    void end() {
        boolean isDone = isLineEnded && socket.handle.queuedBytes() == 0;
        filtered.end();
        if (isDone) {
            soon(this::finished);
        }
    }

    private void finished() {
        socket.transport.finished();
        socket.transport.destroyIfBothEnded();
    }

    /** The handle queues nothing; the writer hears of it if the filter holds little as well. */
    void drained() {
        isDrainDeferred = !filtered.isDrained();
        if (!isDrainDeferred) {
            socket.transport.drained();
        }
    }

    @Override
    public void released() {
        if (isDrainDeferred && filtered.isDrained() && !socket.isDestroyed()) {
            isDrainDeferred = false;
            socket.handle.notifyDrained();
        }
    }

    /** The socket is closed: {@code failure} or the close itself ends the writes that waited. */
    void closed(@Nullable IOException failure) {
        IOException error = failure == null ? SystemError.of(Errno.ECANCELED, "write") : failure;
        filtered.cancel(callback -> SocketTransport.guarded(socket, () -> callback.accept(error)));
    }

    @Override
    public void deliver(byte[] array, int offset, int length) {
        ByteArrayOutputStream waiting = hold();
        if (waiting == null) {
            socket.inbound.deliver(array, offset, length);
        } else {
            waiting.write(array, offset, length);
        }
    }

    @Override
    public void deliverEnd() {
        if (hold() == null) {
            socket.inbound.end();
        } else {
            isEndHeld = true;
        }
    }

    /**
     * Where bytes wait that came with the last step of a handshake; null: they are told at once. As
     * without a filter, what the listeners of the connection leave to do, ticks and continuations
     * of stages, is done before they hear of the first byte. Nothing is read meanwhile, so that an
     * end, or a failure, does not overtake them.
     */
    private @Nullable ByteArrayOutputStream hold() {
        if (isFresh && held == null) {
            held = new ByteArrayOutputStream();
            socket.handle.readStop();
            socket.loop().setImmediate(() -> SocketTransport.guarded(socket, this::tellHeld));
        }
        return held;
    }

    private void tellHeld() {
        byte[] array = Objects.requireNonNull(held).toByteArray();
        held = null;
        isFresh = false;
        if (isReading) {
            startReading();
        }
        socket.inbound.deliver(array, 0, array.length);
        if (isEndHeld) {
            socket.inbound.end();
        }
    }

    @Override
    public void send(
            byte[] array,
            int offset,
            int length,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        // Of a destroyed socket the write side tells the callback so.
        if (!socket.isDestroyed()) {
            Request request = callback == null ? null : new Request(callback);
            socket.handle.write(array, offset, length, request);
        } else if (callback != null) {
            socket.transport.admit(callback);
        }
    }

    @Override
    public void sendEnd() {
        isLineEnded = true;
        SocketTransport.shutdown(socket);
    }

    @Override
    public long queuedBytes() {
        return socket.handle.queuedBytes();
    }

    @Override
    public void startReading() {
        isReading = true;
        if (socket.handle.isConnected() && held == null) {
            socket.handle.readStart();
        }
    }

    @Override
    public void stopReading() {
        isReading = false;
        socket.handle.readStop();
    }

    @Override
    public void ready() {
        isFresh = true;
        // That may be before the connection stands, or long after.
        SocketConnect connect = socket.connect;
        if (connect != null && socket.isConnecting() && socket.handle.isConnected()) {
            connect.opened();
        }
    }

    @Override
    public void fail(IOException error) {
        socket.destroy(error);
    }

    @Override
    public void soon(Runnable task) {
        socket.transport.soon(task);
    }

    /** What was received before the filter came. */
    @Override
    public int onBytes(byte[] array, int offset, int length) {
        isFresh = false;
        filtered.unread(array, offset, length);
        return length;
    }

    /** The end came before the filter. */
    @Override
    public void onEnd() {
        filtered.unreadEnd();
    }
}
