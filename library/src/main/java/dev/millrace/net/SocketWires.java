package dev.millrace.net;

import dev.millrace.driver.Guarded;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import dev.millrace.stream.ByteSink;
import dev.millrace.stream.Filter;
import dev.millrace.stream.ReadSide;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteStream;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Between a {@link NetSocket} and its {@link StreamHandle}: the bytes of both directions, straight
 * or through a {@link Filter}.
 *
 * <pre>
 *   handle ──onRead──▶ [filter.received] ──▶ read side
 *   handle ◀──write─── [filter.written]  ◀── socket.write
 * </pre>
 */
final class SocketWires implements StreamEvents, ReadSide.Source {
    private static final byte[] NOTHING = new byte[0];

    private final NetSocket socket;
    private @Nullable Filter filter;
    private @Nullable StreamPipe pipe;
    private boolean needsDrain;
    private boolean isEndDue;

    SocketWires(NetSocket socket) {
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

    /**
     * Whether the writer may go on; if not, it will be told of the drain. {@code isTaken}: what it
     * wrote was not beyond the limit.
     */
    boolean mayGoOn(boolean isTaken) {
        boolean isBelow = isTaken && socket.queuedBytes() < WriteStream.HIGH_WATER_MARK_BYTES;
        if (!isBelow && !needsDrain) {
            needsDrain = true;
            socket.handle().notifyDrained();
        }
        return isBelow;
    }

    @Override
    public void onDrained() {
        needsDrain = false;
        if (pipe != null) {
            pipe.onDrain();
        }
        if (!socket.isDestroyed()) {
            SocketListeners.tell(socket.listeners().drain);
        }
    }

    void piped(StreamPipe from) {
        pipe = StreamPipe.replacing(pipe, from);
        if (socket.handle().isClosed()) {
            // The close was told before.
            socket.loop().nextTick(from::onDestinationClosed);
        }
    }

    void closed() {
        if (pipe != null) {
            pipe.onDestinationClosed();
        }
    }

    /** What a user's listener threw ends the socket it belongs to. */
    @Override
    public void onThrown(Throwable thrown) {
        socket.thrown(thrown);
    }

    boolean write(
            byte[] array,
            int offset,
            int length,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        return filter == null
                ? socket.handle().write(array, offset, length, request(callback))
                : writeFiltered(filter, array, offset, length, callback);
    }

    /** What a filter would make of bytes that the kernel may not take can't be taken back. */
    int tryWrite(byte[] array, int offset, int length) {
        return filter == null ? socket.handle().tryWrite(array, offset, length) : 0;
    }

    boolean writeOwned(
            ByteBuffer buffer, @Nullable Consumer<? super @Nullable IOException> callback) {
        int length = buffer.remaining();
        byte[] array;
        int offset;
        if (buffer.hasArray()) {
            array = buffer.array();
            offset = buffer.arrayOffset() + buffer.position();
            buffer.position(buffer.limit());
        } else {
            array = new byte[length];
            offset = 0;
            buffer.get(array);
        }
        return filter == null
                ? socket.handle().writeOwned(array, offset, length, request(callback))
                : writeFiltered(filter, array, offset, length, callback);
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
            end();
        }
    }

    void end() {
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
            socket.finished();
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

    /** What a write meets once the peer's end has ended our side as well (row R17). */
    static IOException endedByPeer() {
        return SystemError.of(Errno.EPIPE, "write");
    }

    /** Runs {@code task} so that what it throws ends the socket. */
    static void guarded(NetSocket socket, Runnable task) {
        socket.loop().enter(new Part(socket, task));
    }

    /** A part of a socket's work that is not below one of its handle's callbacks. */
    private record Part(NetSocket socket, Runnable task) implements Guarded {
        @Override
        public void call() {
            task.run();
        }

        @Override
        public void failed(Throwable thrown) {
            socket.thrown(thrown);
        }
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
