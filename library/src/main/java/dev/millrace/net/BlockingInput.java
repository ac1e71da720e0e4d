package dev.millrace.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/** What a {@link BlockingSocket} receives, as a stream of the JDK. */
final class BlockingInput extends InputStream {
    private final BlockingBridge bridge;

    BlockingInput(BlockingBridge bridge) {
        this.bridge = bridge;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        return bridge.inbox.read(to, offset, length, bridge::wake);
    }

    /** Without a buffer while it waits, which thousands of connections would pay for. */
    @Override
    public long transferTo(OutputStream out) throws IOException {
        Objects.requireNonNull(out, "out");
        long count = 0;
        byte[] piece = bridge.inbox.read(bridge::wake);
        while (piece.length > 0) {
            out.write(piece);
            count += piece.length;
            piece = bridge.inbox.read(bridge::wake);
        }
        return count;
    }

    @Override
    public int available() throws IOException {
        return bridge.inbox.available();
    }

    /** Closes the socket. */
    @Override
    public void close() {
        bridge.close();
    }
}
