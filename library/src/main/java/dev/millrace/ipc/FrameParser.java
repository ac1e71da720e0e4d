package dev.millrace.ipc;

import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes frames of bytes, wherever these were cut. Of a frame that is not whole it keeps at most
 * twice what came of it, whatever size it announces.
 *
 * <pre>
 *   head: 0 to 7 bytes ──8th──▶ payload ──last byte──▶ frame, and head again
 * </pre>
 */
final class FrameParser {
    private static final int FIRST_BYTES = 8 * 1024;

    /** What a frame is given to. */
    interface Receiver {
        /** A head came whole; its payload follows. */
        void onHead(int carried) throws IOException;

        void onFrame(Frame frame) throws IOException;

        /** Whether it wants no more for now. */
        boolean isFull();
    }

    private final int sizeMax;
    private final Receiver receiver;
    private final byte[] head = new byte[Frame.HEAD_BYTES];
    private int headLength;

    /** Null while the head is not whole. */
    private byte @Nullable [] payload;

    private int payloadLength;
    private int size;

    FrameParser(int sizeMax, Receiver receiver) {
        this.sizeMax = sizeMax;
        this.receiver = receiver;
    }

    /** Whether nothing of a frame has come. */
    boolean isBetween() {
        return headLength == 0;
    }

    /** Whether a frame has begun whose head is not whole: it may announce descriptors. */
    boolean isInHead() {
        return headLength > 0 && payload == null;
    }

    /**
     * How many of the bytes were taken: all, unless the receiver was full before.
     *
     * @throws IOException if what came is no frame; nothing more can be made of the bytes then
     */
    int add(byte[] array, int offset, int length) throws IOException {
        int at = offset;
        int end = offset + length;
        while (at < end && !receiver.isFull()) {
            byte[] filling = payload;
            if (filling == null) {
                int count = Math.min(end - at, Frame.HEAD_BYTES - headLength);
                System.arraycopy(array, at, head, headLength, count);
                headLength += count;
                at += count;
                if (headLength == Frame.HEAD_BYTES) {
                    begin();
                }
            } else {
                int count = Math.min(end - at, size - payloadLength);
                filling = room(filling, payloadLength + count);
                System.arraycopy(array, at, filling, payloadLength, count);
                payload = filling;
                payloadLength += count;
                at += count;
                endIfWhole(filling);
            }
        }
        return at - offset;
    }

    private byte[] room(byte[] filling, int needed) {
        return needed <= filling.length
                ? filling
                : Arrays.copyOf(filling, Math.min(size, Math.max(needed, 2 * filling.length)));
    }

    private void begin() throws IOException {
        size = (head[0] & 0xff) << 24 | (head[1] & 0xff) << 16 | (head[2] & 0xff) << 8;
        size |= head[3] & 0xff;
        if (size < 0 || size > sizeMax) {
            throw broken(
                    "a frame of " + Integer.toUnsignedString(size) + " bytes, at most " + sizeMax);
        }
        if (head[4] < Frame.TEXT || head[4] > Frame.OUTCOME || head[6] != 0 || head[7] != 0) {
            throw broken("a frame of the type " + head[4] + ", which is none");
        }
        receiver.onHead(head[5] & 0xff);
        byte[] first = new byte[Math.min(size, FIRST_BYTES)];
        payload = first;
        payloadLength = 0;
        endIfWhole(first);
    }

    private void endIfWhole(byte[] whole) throws IOException {
        if (payloadLength == size) {
            payload = null;
            headLength = 0;
            receiver.onFrame(new Frame(head[4], head[5] & 0xff, whole));
        }
    }

    /** The peer does not speak our language. */
    static IOException broken(String text) {
        return SystemError.ofCode("ERR_CHANNEL_FRAME", Errno.EPROTO, "read", text);
    }
}
