package dev.millrace.net;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Request;
import dev.millrace.stream.BytesListener;
import dev.millrace.stream.Filter;
import dev.millrace.stream.FilteredTransport;
import dev.millrace.stream.WriteLimit;
import dev.millrace.sys.Errno;
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
        socket.inbound.deliver(array, offset, length);
    }

    @Override
    public void deliverEnd() {
        socket.inbound.end();
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
        SocketTransport.shutdown(socket);
    }

    @Override
    public long queuedBytes() {
        return socket.handle.queuedBytes();
    }

    @Override
    public void startReading() {
        if (socket.handle.isConnected()) {
            socket.handle.readStart();
        }
    }

    @Override
    public void stopReading() {
        socket.handle.readStop();
    }

    @Override
    public void ready() {
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
        filtered.unread(array, offset, length);
        return length;
    }

    /** The end came before the filter. */
    @Override
    public void onEnd() {
        filtered.unreadEnd();
    }
}
