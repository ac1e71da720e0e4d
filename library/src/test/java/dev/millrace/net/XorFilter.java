package dev.millrace.net;

import dev.millrace.stream.Filter;
import dev.millrace.stream.FilterWire;
import java.io.IOException;

/**
 * A cipher for children, with a closing mark as TLS has one: the smallest filter that does all a
 * filter can.
 */
final class XorFilter implements Filter {
    static final byte KEY = 0x5A;
    static final byte CLOSE_MARK = (byte) 0xFF;

    private FilterWire wire;
    private boolean isReaderEnded;

    @Override
    public void attach(FilterWire toBoth) {
        wire = toBoth;
        wire.ready();
    }

    @Override
    public void received(byte[] array, int offset, int length) {
        byte[] plain = xor(array, offset, length);
        if (plain[length - 1] == CLOSE_MARK) {
            wire.deliver(plain, 0, length - 1);
            isReaderEnded = true;
            wire.deliverEnd();
        } else {
            wire.deliver(plain, 0, length);
        }
    }

    @Override
    public void receivedEnd() {
        if (!isReaderEnded) {
            wire.fail(new IOException("cut off"));
        }
    }

    @Override
    public void written(byte[] array, int offset, int length) {
        if (length == 13) {
            wire.fail(new IOException("unlucky"));
        } else {
            wire.send(xor(array, offset, length), 0, length);
        }
    }

    @Override
    public void writtenEnd() {
        wire.send(new byte[] {CLOSE_MARK ^ KEY}, 0, 1);
        wire.sendEnd();
    }

    static byte[] xor(byte[] array, int offset, int length) {
        byte[] result = new byte[length];
        for (int i = 0; i < length; i++) {
            result[i] = (byte) (array[offset + i] ^ KEY);
        }
        return result;
    }
}
