package dev.millrace.net;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import dev.millrace.stream.ByteSink;
import dev.millrace.stream.Filter;
import dev.millrace.stream.ReadSide;
import dev.millrace.stream.WriteSide;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What carries a {@link NetSocket}'s bytes: its read side gets them from here, and this is its
 * write side; straight from and to its {@link StreamHandle}, or through a {@link Filter}.
 *
 * <pre>
 *   handle ──onRead──▶ [filter.received] ──▶ read side
 *   handle ◀──write─── [filter.written]  ◀── write side
 * </pre>
 */
final class SocketTransport extends WriteSide implements StreamEvents, ReadSide.Source, Runnable {
    private static final byte[] NOTHING = new byte[0];

    private final NetSocket socket;
    private @Nullable Filter filter;

    /** The end that was asked for before there was a connection. */
    private boolean isEndDue;

    SocketTransport(NetSocket socket) {
        this.socket = socket;
    }

    void filter(Filter added) {
        if (filter != null) {
            throw new IllegalStateException("the socket has a filter already");
        }
        filter = added;
        added.attach(new ToReader(socket), new ToPeer(socket));
    }

    @Override
    public void onRead(byte[] array, int offset, int length) {
        if (filter == null) {
            socket.inbound().deliver(array, offset, length);
        } else {
            filter.received(array, offset, length);
        }
    }

    @Override
    public void onEnd() {
        if (filter == null) {
            socket.inbound().end();
        } else {
            filter.receivedEnd();
        }
    }

    @Override
    public void onError(IOException error) {
        socket.destroy(error);
    }

    @Override
    public void onPeerClosed(@Nullable IOException reset) {
        Consumer<? super @Nullable IOException> listener = socket.listeners().peerClosed;
        if (listener != null) {
            listener.accept(reset);
        }
    }

    @Override
    public void onNoBuffer(IOException error) {
        socket.inbound().pause();
        Consumer<? super IOException> listener = socket.listeners().noBuffer;
        if (listener != null) {
            listener.accept(error);
        }
    }

    @Override
    public void onDrained() {
        drained();
    }

    /** The closing phase of the handle. */
    @Override
    public void run() {
        closed();
        socket.closed();
    }

    /** What a user's listener threw ends the socket it belongs to. */
    @Override
    public void onThrown(Throwable thrown) {
        socket.thrown(thrown);
    }

    @Override
    protected boolean handOn(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        if (filter != null) {
            return writeFiltered(filter, array, offset, length, callback);
        }
        StreamHandle handle = socket.handle();
        return isLent
                ? handle.write(array, offset, length, request(callback))
                : handle.writeOwned(array, offset, length, request(callback));
    }

    /** What a filter would make of bytes that the kernel may not take can't be taken back. */
    int tryWrite(byte[] array, int offset, int length) {
        return acceptsWrite(null) && filter == null
                ? socket.handle().tryWrite(array, offset, length)
                : 0;
    }

    @Override
    protected String name() {
        return "socket";
    }

    @Override
    public long queuedBytes() {
        return socket.handle().queuedBytes();
    }

    @Override
    protected void notifyDrained() {
        socket.handle().notifyDrained();
    }

    /** The peer has ended its side, and ours ended with it: its doing, so the write fails (R17). */
    @Override
    protected void writtenAfterCut() {
        socket.destroy(SystemError.of(Errno.EPIPE, "write"));
    }

    /** The request ends when whatever the filter made of the bytes was handed to the kernel. */
    private boolean writeFiltered(
            Filter through,
            byte[] array,
            int offset,
            int length,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        through.written(array, offset, length);
        if (callback != null && socket.isDestroyed()) {
            // The filter failed: the socket tells the callback so.
            socket.write(NOTHING, 0, 0, callback);
        } else if (callback != null) {
            socket.handle().write(NOTHING, 0, 0, request(callback));
        }
        return true;
    }

    private static @Nullable Request request(
            @Nullable Consumer<? super @Nullable IOException> callback) {
        return callback == null ? null : new Request(callback);
    }

    /** The connection stands: an end that was asked for before comes true (row R15). */
    void connected() {
        if (isEndDue) {
            isEndDue = false;
            handEndOn();
        }
    }

    @Override
    protected void handEndOn() {
        if (socket.isConnecting()) {
            isEndDue = true;
        } else if (filter == null) {
            shutdown(socket);
        } else {
            filter.writtenEnd();
        }
    }

    private static void shutdown(NetSocket socket) {
        socket.handle().shutdown(new Request(error -> shutDown(socket, error)));
    }

    private static void shutDown(NetSocket socket, @Nullable IOException error) {
        // ENOTCONN: the peer has reset it since.
        if (error == null || SystemError.codeOf(error).equals("ENOTCONN")) {
            socket.transport().finished();
            socket.endedBoth();
        } else {
            // Later, because a write that failed is told right after this, and says more.
            socket.loop().setImmediate(() -> socket.destroy(error));
        }
    }

    @Override
    public void startReading() {
        socket.handle().readStart();
    }

    @Override
    public void stopReading() {
        socket.handle().readStop();
    }

    @Override
    public void soon(Runnable task) {
        socket.loop().nextTick(() -> guarded(socket, task));
    }

    @Override
    public void endTold() {
        socket.ended();
    }

    @Override
    public void fail(IOException error) {
        socket.destroy(error);
    }

    /** Runs {@code task} so that what it throws ends the socket. */
    static void guarded(NetSocket socket, Runnable task) {
        socket.loop().enter(socket, one -> task.run(), NetSocket::thrown);
    }

    /** What a filter makes for the user. */
    private record ToReader(NetSocket socket) implements ByteSink {
        @Override
        public void write(byte[] array, int offset, int length) {
            socket.inbound().deliver(array, offset, length);
        }

        @Override
        public void end() {
            socket.inbound().end();
        }

        @Override
        public void fail(IOException error) {
            socket.destroy(error);
        }
    }

    /** What a filter makes for the wire. */
    private record ToPeer(NetSocket socket) implements ByteSink {
        @Override
        public void write(byte[] array, int offset, int length) {
            socket.handle().write(array, offset, length, null);
        }

        @Override
        public void end() {
            shutdown(socket);
        }

        @Override
        public void fail(IOException error) {
            socket.destroy(error);
        }
    }
}
