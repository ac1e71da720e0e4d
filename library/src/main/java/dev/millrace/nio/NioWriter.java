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
            return done > 0 ? done : -Errno.EPIPE;
        } catch (IOException | RuntimeException e) {
            // What was sent counts; the next try meets the error, or EPIPE, again.
            return done > 0 ? done : -NioErrors.errno(e, Errno.EPIPE);
        }
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
