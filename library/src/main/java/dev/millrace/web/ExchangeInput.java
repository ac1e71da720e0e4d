package dev.millrace.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/** The body of a request, as a stream of the JDK. */
final class ExchangeInput extends InputStream {
    private final ExchangeBridge bridge;

    ExchangeInput(ExchangeBridge bridge) {
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
        bridge.wantBody();
        return bridge.inbox.read(to, offset, length, bridge::wake);
    }

    @Override
    public long transferTo(OutputStream out) throws IOException {
        Objects.requireNonNull(out, "out");
        bridge.wantBody();
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
}
