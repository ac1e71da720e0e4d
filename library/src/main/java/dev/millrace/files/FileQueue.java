package dev.millrace.files;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that wait for a file, in pieces that one call takes. Small writes are gathered; one that
 * fits into a piece is never cut, so that what several processes append to a file stays whole.
 */
final class FileQueue {
    /** Most of what one call of the system writes. */
    static final int PIECE_BYTES = 128 * 1024;

    /** What is at least so large, and is ours, is not copied. */
    private static final int OWN_MIN_BYTES = 16 * 1024;

    private static final int GATHER_MIN_BYTES = 1024;
    private static final byte[] NONE = {};

    private final ArrayDeque<ByteBuffer> pieces = new ArrayDeque<>();

    /** The last piece, which still grows. */
    private byte[] gather = NONE;

    private int gathered;
    private long bytes;

    /** {@code isLent}: the array is not ours to keep. */
    void add(byte[] array, int offset, int length, boolean isLent) {
        bytes += length;
        if (length > PIECE_BYTES || (!isLent && length >= OWN_MIN_BYTES)) {
            seal();
            byte[] kept = isLent ? Arrays.copyOfRange(array, offset, offset + length) : array;
            pieces.add(ByteBuffer.wrap(kept, isLent ? 0 : offset, length));
            return;
        }
        if (gathered + length > PIECE_BYTES) {
            seal();
        }
        if (gathered + length > gather.length) {
            int grown = Math.max(Math.max(gather.length * 2, gathered + length), GATHER_MIN_BYTES);
            gather = Arrays.copyOf(gather, Math.min(grown, PIECE_BYTES));
        }
        System.arraycopy(array, offset, gather, gathered, length);
        gathered += length;
    }

    private void seal() {
        if (gathered > 0) {
            pieces.add(ByteBuffer.wrap(gather, 0, gathered));
            gather = NONE;
            gathered = 0;
        }
    }

    /** Takes the next piece. */
    @Nullable ByteBuffer poll() {
        if (pieces.isEmpty()) {
            seal();
        }
        ByteBuffer piece = pieces.poll();
        bytes -= piece == null ? 0 : piece.remaining();
        return piece;
    }

    long bytes() {
        return bytes;
    }

    void clear() {
        pieces.clear();
        gather = NONE;
        gathered = 0;
        bytes = 0;
    }
}
