package dev.millrace.http;

import dev.millrace.net.NetSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The bytes of a response that waits for its turn, or of a request that waits for a connection.
 * Small ones are gathered; a large array that may be kept is kept as it is, since copies of it
 * would take several times its memory.
 */
final class WaitingBytes {
    private static final int KEPT_MIN = 16 * 1024;
    private static final int GATHER_MIN = 512;

    private final List<ByteBuffer> parts = new ArrayList<>(2);

    /** Behind the parts. */
    private byte[] gathered = {};

    private int gatheredLength;
    private long size;

    /** {@code isLent}: the array is the caller's again after this call. */
    void add(byte[] array, int offset, int length, boolean isLent) {
        size += length;
        if (!isLent && length >= KEPT_MIN) {
            closeGathered();
            parts.add(ByteBuffer.wrap(array, offset, length));
            return;
        }
        int needed = gatheredLength + length;
        if (needed > gathered.length) {
            int capacity = Math.max(Math.max(GATHER_MIN, 2 * gathered.length), needed);
            gathered = Arrays.copyOf(gathered, capacity);
        }
        System.arraycopy(array, offset, gathered, gatheredLength, length);
        gatheredLength = needed;
    }

    private void closeGathered() {
        if (gatheredLength > 0) {
            parts.add(ByteBuffer.wrap(gathered, 0, gatheredLength));
            gathered = new byte[0];
            gatheredLength = 0;
        }
    }

    long size() {
        return size;
    }

    /** It is the response's turn; nothing is added any more. */
    void sendTo(ServerConnection connection) {
        closeGathered();
        for (ByteBuffer part : parts) {
            connection
                    .responses()
                    .send(
                            part.array(),
                            part.arrayOffset() + part.position(),
                            part.remaining(),
                            false);
        }
    }

    /** As the other one, to the connection that a request got; it may be done again. */
    void sendTo(NetSocket socket) {
        closeGathered();
        for (ByteBuffer part : parts) {
            socket.write(part.duplicate());
        }
    }
}
