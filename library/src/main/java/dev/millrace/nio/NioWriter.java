package dev.millrace.nio;

import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The writes of a {@link NioSocket}: what the kernel takes at once, and the one that waits. */
final class NioWriter {
    private final NioSocket socket;

    /** The rest of a write that the kernel did not take at once. */
    private byte @Nullable [] parked;

    private int parkedOffset;
    private int parkedEnd;

    /** What a write met behind bytes that were sent: the kernel says it once, and then EPIPE. */
    private int failure;

    NioWriter(NioSocket socket) {
        this.socket = socket;
    }

    boolean isParked() {
        return parked != null;
    }

    void release() {
        parked = null;
    }

    void park(byte[] array, int offset, int length) {
        parked = array;
        parkedOffset = offset;
        parkedEnd = offset + length;
        socket.want(SelectionKey.OP_WRITE);
    }

    int tryWrite(byte[] array, int offset, int length) {
        int done = 0;
        try {
            while (done < length) {
                int want = Math.min(length - done, NioSocket.TRANSFER_MAX_BYTES);
                int count = socket.stream().write(ByteBuffer.wrap(array, offset + done, want));
                done += count;
                if (count < want) {
                    break;
                }
            }
            return done;
        } catch (ClosedChannelException e) {
            return failed(done, Errno.EPIPE);
        } catch (IOException | RuntimeException e) {
            return failed(done, NioErrors.errno(e, Errno.EPIPE));
        }
    }

    /** What was sent counts; the next try meets the error again, if need be from here. */
    int failed(int done, int errno) {
        if (done == 0) {
            return errno == Errno.EPIPE && failure != 0 ? -failure : -errno;
        }
        failure = errno == Errno.EPIPE ? failure : errno;
        return done;
    }

    /** The socket takes bytes again. */
    void writeParked() {
        byte[] array = Objects.requireNonNull(parked);
        int count = tryWrite(array, parkedOffset, parkedEnd - parkedOffset);
        if (count >= 0 && parkedOffset + count < parkedEnd) {
            parkedOffset += count;
            return;
        }
        parked = null;
        socket.unwant(SelectionKey.OP_WRITE);
        socket.events().onWritten(count < 0 ? -count : 0);
    }
}
