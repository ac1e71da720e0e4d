package dev.millrace.net;

import dev.millrace.kernel.SystemError;
import dev.millrace.loop.TimerHandle;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.proxyprotocol.ProxyHeaderException;
import dev.millrace.proxyprotocol.ProxyHeaderParser;
import dev.millrace.stream.BytesListener;
import dev.millrace.sys.Errno;
import java.io.EOFException;
import java.io.IOException;

/**
 * Reads what a balancer sends first, the header of the PROXY protocol; until then the connection is
 * not the server's.
 *
 * <pre>
 *   reading ──the header's last byte──▶ handed over, with what follows it
 *      ├──a wrong byte, the limit, the peer's end inside of it──▶ dropped
 *      └──the end or a reset before its first byte: a look whether there is a listener──▶ gone
 * </pre>
 */
final class ProxyIntake implements BytesListener {
    /** Who waits for the header. */
    interface Taker {
        void arrived(NetSocket socket, ProxyHeader header);

        /** It is destroyed next. */
        void failed(NetSocket socket, IOException error);
    }

    private final NetSocket socket;
    private final Taker taker;
    private final ProxyHeaderParser parser;
    private final TimerHandle limit;
    private boolean isOver;

    private ProxyIntake(NetSocket socket, ProxyProtocol protocol, Taker taker) {
        this.socket = socket;
        this.taker = taker;
        this.parser = new ProxyHeaderParser(protocol.headerMaxBytes());
        // A loop that was busy meanwhile may not have read yet: its next poll comes first.
        this.limit =
                socket.loop()
                        .setTimeout(
                                protocol.headerLimit(),
                                () -> socket.loop().setImmediate(this::late));
        limit.unref();
    }

    static void start(NetSocket socket, ProxyProtocol protocol, Taker taker) {
        socket.onBytes(new ProxyIntake(socket, protocol, taker));
    }

    @Override
    public int onBytes(byte[] array, int offset, int length) {
        int taken;
        try {
            taken = parser.take(array, offset, length);
        } catch (ProxyHeaderException e) {
            fail(e);
            return length;
        }
        parser.header()
                .ifPresent(header -> {
                    over();
                    taker.arrived(socket.handOver(), header);
                });
        return taken;
    }

    /** Told before the listener of the end, of which there is none. */
    @Override
    public void onEnd() {
        if (parser.bytesTaken() > 0) {
            fail(new EOFException("PROXY protocol: the peer has ended inside of the header"));
        } else {
            socket.destroy();
        }
    }

    @Override
    public void onDestroyed() {
        over();
    }

    private void late() {
        if (!isOver) {
            fail(SystemError.of(Errno.ETIMEDOUT, "read"));
        }
    }

    private void over() {
        isOver = true;
        limit.close();
    }

    private void fail(IOException error) {
        over();
        taker.failed(socket, error);
        socket.destroy();
    }
}
