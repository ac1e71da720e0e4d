package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import dev.millrace.observe.Identified;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.stream.Filter;
import dev.millrace.stream.ReadSide;
import dev.millrace.stream.Region;
import dev.millrace.stream.RegionWriter;
import dev.millrace.stream.WriteLimit;
import dev.millrace.stream.WriteSide;
import dev.millrace.stream.WriteStream;
import dev.millrace.sys.Errno;
import dev.millrace.tls.TlsConnection;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Between a {@link NetSocket} and its {@link StreamHandle}: feeds the read side and is the write
 * side, straight or through a {@link Filter}.
 *
 * <pre>
 *   handle ──onRead──▶ [filter.received] ──▶ read side
 *   handle ◀──write─── [filter.written]  ◀── write side
 * </pre>
 *
 * One object takes all the calls of a connection, the handle's close among them ({@link #run}), so
 * that a connection costs no object for each of them.
 */
final class SocketTransport extends WriteSide
        implements StreamEvents, ReadSide.Source, RegionWriter, Identified, Runnable {
    private final NetSocket socket;

    /** What transforms the bytes of both directions; null: nothing does. */
    private @Nullable SocketFilter filter;

    /** Null without TLS; it is the filter's then. */
    @Nullable TlsConnection tls;

    /** No more than this waits in the handle, which is asked only when that may be much. */
    private long queuedAtMost;

    /** The peer has ended its side while it was not read. */
    private boolean hasPeerLeft;

    /** The socket is destroyed when its last byte is with the kernel. */
    private boolean isGoneSoon;

    /** It has come from elsewhere, and what is kept of it waits until that was told. */
    private boolean isArriving;

    /** What a balancer has said of the connection. */
    private @Nullable ProxyHeader proxyHeader;

    /** Whether our side stays open when the reader was told the end of the peer's. */
    boolean allowsHalfOpen;

    SocketTransport(NetSocket socket, boolean allowsHalfOpen) {
        this.socket = socket;
        this.allowsHalfOpen = allowsHalfOpen;
    }

    /** The handle, of a connection or to make one, is the socket's. */
    StreamHandle owning(StreamHandle handle) {
        handle.owner(this);
        handle.onClose(this);
        return handle;
    }

    @Override
    public long id() {
        return socket.listeners.id();
    }

    void proxyHeader(ProxyHeader told) {
        proxyHeader = told;
    }

    @Nullable ProxyHeader proxyHeader() {
        return proxyHeader;
    }

    /** The client's, if a balancer has told it, which stays known; otherwise the peer's. */
    @Nullable Address remoteAddress() {
        socket.loop().checkThread();
        Address told = proxyHeader == null ? null : proxyHeader.source().orElse(null);
        return told == null ? socket.handle.remoteAddress() : told;
    }

    void filter(Filter added) {
        if (isEnded()) {
            throw new IllegalStateException("a filter after the end of the socket");
        }
        if (socket.isDestroyed()) {
            return;
        }
        if (filter != null) {
            throw new IllegalStateException("the socket has a filter already");
        }
        SocketFilter through = new SocketFilter(socket, added);
        filter = through;
        through.start();
    }

    /** The kernel has made the connection; false if the filter has to be ready first. */
    boolean isReady() {
        if (filter != null) {
            filter.connected();
        }
        return filter == null || filter.filtered.isReady();
    }

    WriteLimit writeLimit() {
        WriteLimit direct = socket.handle.writeLimit();
        return filter == null ? direct : filter.filtered.limit();
    }

    void writeLimit(WriteLimit limit) {
        if (filter == null) {
            socket.handle.writeLimit(limit);
        } else {
            filter.filtered.limit(limit);
        }
    }

    /** The socket is destroyed: so is everything below it. */
    void tearDown(@Nullable IOException error) {
        SocketTrace.closing(socket, error);
        destroy();
        socket.handle.close();
        if (filter != null) {
            filter.filtered.over();
        }
        if (socket.connect != null) {
            socket.connect.cancel();
        }
        socket.listeners.tellDestroyed(socket);
        // Last: it destroys what a pipeline leads to, which may be a user's own and throw.
        socket.inbound.destroy();
    }

    /**
     * The socket comes to a server from elsewhere, paused or not, with what it has not consumed.
     */
    void arrive(NetSocketOptions options) {
        isArriving = socket.inbound.unread().hasRemaining();
        allowsHalfOpen = options.allowHalfOpen();
        options.applyTo(socket.handle);
        socket.resume();
        socket.handOver();
    }

    boolean isFiltered() {
        return filter != null;
    }

    void closed(@Nullable IOException failure) {
        closed();
        if (filter != null) {
            filter.closed(failure);
        }
        socket.listeners.tellClosed(socket, failure, socket.isOurs);
    }

    @Override
    public void onRead(byte[] array, int offset, int length) {
        if (filter == null) {
            socket.inbound.deliver(array, offset, length);
        } else {
            filter.received(array, offset, length);
        }
    }

    @Override
    public void onEnd() {
        if (filter == null) {
            socket.inbound.end();
        } else {
            filter.filtered.receivedEnd();
        }
    }

    /** Bytes beyond the limit are lost: with FIN the peer would take the rest for everything. */
    @Override
    public void onError(IOException error) {
        if (SystemError.codeOf(error).equals("ENOBUFS")) {
            socket.handle.reset();
        }
        socket.destroy(error);
    }

    /**
     * The peer left while it was not read. A reset ends a socket that its user has not paused: what
     * is kept has no taker, or a destination that is full, and the rest was cut off anyway.
     */
    @Override
    public void onPeerClosed(@Nullable IOException reset) {
        if (reset != null && !socket.inbound.isPausedByUser()) {
            socket.destroy(reset);
            return;
        }
        hasPeerLeft = true;
        SocketListeners.tell(socket.listeners.peerClosed, reset);
        destroyIfBothEnded();
    }

    /** Also when bytes are kept that have no taker: nothing would ever end it otherwise. */
    void destroyIfBothEnded() {
        ReadSide inbound = socket.inbound;
        boolean hasPeerEnded = hasPeerLeft || inbound.isEndComing();
        boolean isNothingToCome =
                isGoneSoon || inbound.isEnded() || (hasPeerEnded && inbound.isAbandoned());
        if (isFinished() && isNothingToCome) {
            socket.destroy();
        } else if (isEnded() && inbound.isLeft()) {
            // What still comes is thrown away up to the peer's end.
            inbound.resume();
        }
    }

    /** As {@link NetSocket#destroySoon}. */
    void destroySoon() {
        isGoneSoon = true;
        end();
        if (isFinished()) {
            socket.destroy();
        }
    }

    @Override
    public void onNoBuffer(IOException error) {
        socket.inbound.pause();
        SocketListeners.tell(socket.listeners.noBuffer, error);
    }

    @Override
    public void onDrained() {
        if (filter == null) {
            drained();
        } else {
            filter.drained();
        }
    }

    /** What a user's listener threw ends the socket it belongs to. */
    @Override
    public void onThrown(Throwable thrown) {
        socket.thrown(thrown);
    }

    /** The handle is closed. */
    @Override
    public void run() {
        socket.closed();
    }

    @Override
    protected boolean handOn(
            byte[] array,
            int offset,
            int length,
            boolean isLent,
            @Nullable Consumer<? super @Nullable IOException> callback) {
        if (filter != null) {
            return filter.write(array, offset, length, isLent, callback);
        }
        Request request = callback == null ? null : new Request(callback);
        boolean isTaken =
                isLent
                        ? socket.handle.write(array, offset, length, request)
                        : socket.handle.writeOwned(array, offset, length, request);
        queuedAtMost += length;
        return isTaken;
    }

    /** What a filter makes of bytes, only it knows: it has to see them. */
    @Nullable RegionWriter regions() {
        return filter == null && isOpen() ? this : null;
    }

    @Override
    public boolean write(Region region, Consumer<? super @Nullable IOException> told) {
        return regions() != null && socket.handle.write(region, new Request(told));
    }

    /** What a filter would make of bytes that the kernel may not take can't be taken back. */
    int tryWrite(byte[] array, int offset, int length) {
        if (filter == null) {
            return socket.handle.tryWrite(array, offset, length);
        }
        Objects.checkFromIndexSize(offset, length, array.length);
        return 0;
    }

    @Override
    protected long queuedBytes() {
        long queued = socket.handle.queuedBytes();
        return filter == null ? queued : queued + filter.filtered.heldBytes();
    }

    @Override
    protected boolean isBelowMark() {
        if (filter != null || queuedAtMost >= WriteStream.HIGH_WATER_MARK_BYTES) {
            queuedAtMost = queuedBytes();
        }
        return queuedAtMost < WriteStream.HIGH_WATER_MARK_BYTES;
    }

    @Override
    protected void notifyDrained() {
        socket.handle.notifyDrained();
    }

    /** An end before there is a connection waits for {@link NetSocket} to say that it stands. */
    @Override
    protected void endWriting() {
        if (socket.isConnecting()) {
            return;
        }
        if (filter == null) {
            shutdown(socket);
        } else {
            filter.end();
        }
    }

    static void shutdown(NetSocket socket) {
        Request request = new Request(error -> shutDown(socket, error));
        if (socket.transport.isGoneSoon || socket.inbound.isEnded()) {
            // The socket is destroyed below.
            request.beforeClose();
        }
        socket.handle.shutdown(request);
    }

    private static void shutDown(NetSocket socket, @Nullable IOException error) {
        // ENOTCONN: the peer has reset it since.
        if (error == null || SystemError.codeOf(error).equals("ENOTCONN")) {
            socket.transport.finished();
            socket.transport.destroyIfBothEnded();
        } else {
            // Later, because a write that failed is told right after this, and says more.
            socket.loop().setImmediate(() -> socket.destroy(error));
        }
    }

    /**
     * Row R16; where the peer's end has ended our side as well, writing fails as if the peer
     * refused it (row R17).
     */
    @Override
    protected IOException writtenTooLate(boolean isWithdrawn) {
        IOException error = isWithdrawn ? SystemError.of(Errno.EPIPE, "write") : afterEnd();
        socket.destroy(error);
        return error;
    }

    @Override
    protected String kind() {
        return "socket";
    }

    @Override
    public void startReading() {
        if (filter == null) {
            socket.handle.readStart();
        } else {
            filter.filtered.startReading();
        }
    }

    @Override
    public void stopReading() {
        if (filter == null) {
            socket.handle.readStop();
        } else {
            filter.filtered.stopReading();
        }
    }

    @Override
    public void soon(Runnable task) {
        if (isArriving) {
            isArriving = false;
            socket.loop().setImmediate(() -> guarded(socket, task));
        } else {
            socket.loop().nextTick(() -> guarded(socket, task));
        }
    }

    @Override
    public void endTold() {
        if (!allowsHalfOpen) {
            withdraw();
        }
        destroyIfBothEnded();
    }

    @Override
    public void fail(IOException error) {
        socket.destroy(error);
    }

    @Override
    public void left() {
        destroyIfBothEnded();
    }

    /** Runs {@code task} so that what it throws ends the socket. */
    static void guarded(NetSocket socket, Runnable task) {
        socket.loop().enter(socket, one -> task.run(), NetSocket::thrown);
    }
}
