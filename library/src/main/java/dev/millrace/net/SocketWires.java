package dev.millrace.net;

import dev.millrace.driver.Guarded;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import dev.millrace.stream.BytesListener;
import dev.millrace.stream.Filter;
import dev.millrace.stream.FilteredTransport;
import dev.millrace.stream.ReadSide;
import dev.millrace.stream.StreamPipe;
import dev.millrace.stream.WriteLimit;
import dev.millrace.stream.WriteStream;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
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
    private static final WriteLimit UNLIMITED =
            new WriteLimit(Long.MAX_VALUE, WriteLimit.Policy.CLOSE);

    private final NetSocket socket;
    private @Nullable FilteredTransport filtered;
    private @Nullable StreamPipe pipe;
    private boolean needsDrain;
    private boolean isEndDue;

    SocketWires(NetSocket socket) {
        this.socket = socket;
    }

    void filter(Filter added) {
        if (filtered != null) {
            throw new IllegalStateException("the socket has a filter already");
        }
        ReadSide read = socket.inbound();
        FilteredTransport through =
                new FilteredTransport(
                        added,
                        new FilterSurroundings(socket),
                        socket.handle().writeLimit(),
                        !read.isPaused());
        filtered = through;
        // The limit counts above the filter, whose own bytes can't be refused.
        socket.handle().writeLimit(UNLIMITED);
        through.attach();
        read.divert(new Unread(through));
    }

    long heldBytes() {
        return filtered == null ? 0 : filtered.heldBytes();
    }

    WriteLimit limit() {
        return filtered == null ? socket.handle().writeLimit() : filtered.limit();
    }

    void limit(WriteLimit limit) {
        if (filtered == null) {
            socket.handle().writeLimit(limit);
        } else {
            filtered.limit(limit);
        }
    }

    private void filterReady() {
        if (socket.isConnecting() && socket.handle().isConnected() && !socket.isDestroyed()) {
            socket.opened();
        }
    }

    /** What the filter held may have been the last thing that a drain waited for. */
    private void released() {
        if (needsDrain && !socket.isDestroyed()) {
            socket.handle().notifyDrained();
        }
    }

    @Override
    public void onRead(byte[] array, int offset, int length) {
        if (filtered == null) {
            socket.inbound().deliver(array, offset, length);
        } else {
            filtered.received(array, offset, length);
        }
    }

    @Override
    public void onEnd() {
        if (filtered == null) {
            socket.inbound().end();
        } else {
            filtered.receivedEnd();
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
        if (filtered != null && !filtered.isDrained()) {
            // The filter's release asks again.
            return;
        }
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

    void destroyed() {
        if (filtered != null) {
            filtered.over();
        }
    }

    void closed(@Nullable IOException failure) {
        if (filtered != null) {
            IOException error =
                    failure == null ? SystemError.of(Errno.ECANCELED, "write") : failure;
            filtered.cancel(callback -> guarded(socket, () -> callback.accept(error)));
        }
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
        return filtered == null
                ? socket.handle().write(array, offset, length, request(callback))
                : writeFiltered(filtered, array, offset, length, true, callback);
    }

    /** What a filter would make of bytes that the kernel may not take can't be taken back. */
    int tryWrite(byte[] array, int offset, int length) {
        return filtered == null ? socket.handle().tryWrite(array, offset, length) : 0;
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
        return filtered == null
                ? socket.handle().writeOwned(array, offset, length, request(callback))
                : writeFiltered(filtered, array, offset, length, false, callback);
    }

    /** The request ends when whatever the filter made of the bytes was handed to the kernel. */
    private boolean writeFiltered(
            FilteredTransport through,
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        Objects.checkFromIndexSize(offset, length, array.length);
        if (through.isBeyondLimit(length)) {
            refuse(through.limit(), callback);
            return false;
        }
        through.write(array, offset, length, isLent, callback);
        return true;
    }

    /** As the handle does it: a gap that its writer would not hear of ends the socket. */
    private void refuse(
            WriteLimit limit, @Nullable Consumer<? super @Nullable IOException> callback) {
        IOException error = SystemError.of(Errno.ENOBUFS, "write");
        if (callback != null) {
            soon(() -> callback.accept(error));
        }
        if (callback == null || limit.policy() == WriteLimit.Policy.CLOSE) {
            socket.destroy(error);
        }
    }

    private static @Nullable Request request(
            @Nullable Consumer<? super @Nullable IOException> callback) {
        return callback == null ? null : new Request(callback);
    }

    /** The transport stands. */
    void connected() {
        if (filtered == null || filtered.isReady()) {
            socket.opened();
        } else {
            filtered.connected();
        }
    }

    /** An end that was asked for before the connection stood comes true (row R15). */
    void endIfDue() {
        if (isEndDue) {
            isEndDue = false;
            end();
        }
    }

    void end() {
        if (socket.isConnecting()) {
            isEndDue = true;
        } else if (filtered == null) {
            shutdown(socket);
        } else {
            filtered.end();
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
        if (filtered == null) {
            socket.handle().readStart();
        } else {
            filtered.startReading();
        }
    }

    @Override
    public void stopReading() {
        if (filtered == null) {
            socket.handle().readStop();
        } else {
            filtered.stopReading();
        }
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

    /** What lies around the filter: the handle below it, the socket above it. */
    private record FilterSurroundings(NetSocket socket) implements FilteredTransport.Raw {
        @Override
        public void deliver(byte[] array, int offset, int length) {
            socket.inbound().deliver(array, offset, length);
        }

        @Override
        public void deliverEnd() {
            socket.inbound().end();
        }

        @Override
        public void send(
                byte[] array,
                int offset,
                int length,
                @Nullable Consumer<? super @Nullable IOException> callback) {
            if (socket.isDestroyed()) {
                // The socket tells the callback so.
                socket.write(array, offset, length, callback);
            } else {
                socket.handle().write(array, offset, length, request(callback));
            }
        }

        @Override
        public void sendEnd() {
            shutdown(socket);
        }

        @Override
        public long queuedBytes() {
            return socket.handle().queuedBytes();
        }

        @Override
        public void startReading() {
            if (socket.handle().isConnected()) {
                socket.handle().readStart();
            }
        }

        @Override
        public void stopReading() {
            socket.handle().readStop();
        }

        @Override
        public void ready() {
            socket.wires().filterReady();
        }

        @Override
        public void released() {
            socket.wires().released();
        }

        @Override
        public void fail(IOException error) {
            socket.destroy(error);
        }

        @Override
        public void soon(Runnable task) {
            socket.wires().soon(task);
        }
    }

    /** What was received before the filter came. */
    private record Unread(FilteredTransport filtered) implements BytesListener {
        @Override
        public int onBytes(byte[] array, int offset, int length) {
            filtered.unread(array, offset, length);
            return length;
        }

        @Override
        public void onEnd() {
            filtered.unreadEnd();
        }
    }
}
