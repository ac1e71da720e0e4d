package dev.millrace.net;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** What a {@link BlockingSocket} sends, as a stream of the JDK. */
final class BlockingOutput extends OutputStream {
    private final BlockingBridge bridge;

    BlockingOutput(BlockingBridge bridge) {
        this.bridge = bridge;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        bridge.outbox.write(from, offset, length, bridge::wake);
    }

    /** Every write leaves at once, so there is nothing to do but to tell a failure. */
    @Override
    public void flush() throws IOException {
        bridge.outbox.check();
    }

    /** Closes the socket. */
    @Override
    public void close() {
        bridge.close();
    }
}
