package dev.millrace.ipc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Makes lines of bytes, wherever these were cut: UTF-8, each ended by LF. Of a line that is not
 * whole it keeps at most twice what came of it.
 */
final class LineParser {
    private static final int KEPT_BYTES = 8 * 1024;

    /** What a line is given to. */
    interface Receiver {
        void onLine(String line) throws IOException;

        /** Whether it wants no more for now. */
        boolean isFull();
    }

    private final int lineMaxBytes;
    private final Receiver receiver;

    /** The beginning of the line that is not whole. */
    private byte[] begun = new byte[KEPT_BYTES];

    private int size;

    LineParser(int lineMaxBytes, Receiver receiver) {
        this.lineMaxBytes = lineMaxBytes;
        this.receiver = receiver;
    }

    /** Whether nothing of a line has come. */
    boolean isBetween() {
        return size == 0;
    }

    /**
     * How many of the bytes were taken: all, unless the receiver was full before.
     *
     * @throws IOException if a line is too long or no text; nothing more can be made of the bytes
     */
    int add(byte[] array, int offset, int length) throws IOException {
        int at = offset;
        int end = offset + length;
        while (at < end && !receiver.isFull()) {
            int stop = at;
            while (stop < end && array[stop] != '\n') {
                stop++;
            }
            int count = stop - at;
            if (count > lineMaxBytes - size) {
                throw FrameParser.broken("a line of more than " + lineMaxBytes + " bytes");
            }
            if (stop == end) {
                keep(array, at, count);
                at = end;
            } else {
                String line;
                if (size == 0) {
                    line = decode(array, at, count);
                } else {
                    keep(array, at, count);
                    line = decode(begun, 0, size);
                    size = 0;
                    begun = begun.length > KEPT_BYTES ? new byte[KEPT_BYTES] : begun;
                }
                at = stop + 1;
                receiver.onLine(line);
            }
        }
        return at - offset;
    }

    private void keep(byte[] array, int offset, int count) {
        int needed = size + count;
        if (needed > begun.length) {
            begun = Arrays.copyOf(begun, Math.max(needed, 2 * begun.length));
        }
        System.arraycopy(array, offset, begun, size, count);
        size = needed;
    }

    private static String decode(byte[] array, int offset, int length) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(array, offset, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw FrameParser.broken("a line that is not UTF-8");
        }
    }
}
