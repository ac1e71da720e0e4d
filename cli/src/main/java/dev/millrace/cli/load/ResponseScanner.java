package dev.millrace.cli.load;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the end of each response on a connection and checks its framing, wherever the bytes were
 * cut. Bodies are passed over.
 *
 * <pre>
 *   HEAD ──▶ LENGTH, CHUNKS or REST ──▶ the response is told ──▶ HEAD …
 *    └──no body, or an interim response──▶ HEAD
 * </pre>
 *
 * A server under load sends the same head over and over, until its Date moves on. So a head that is
 * the last one byte for byte is not read again.
 */
final class ResponseScanner {
    /** Hears of each response that is complete. */
    interface Listener {
        /**
         * One is complete.
         *
         * @return whether to go on
         */
        boolean onResponse(int status, boolean isLast);
    }

    private enum State {
        HEAD,
        LENGTH,
        CHUNKS,
        REST
    }

    private static final int HEAD_MAX = 64 * 1024;
    private static final int EMPTY_LINE = 4;

    private final boolean isBodiless;
    private final Listener listener;
    private final ChunkScanner chunks = new ChunkScanner();
    private State state = State.HEAD;

    /** Bytes of the body that are still to come. */
    private long left;

    /** The beginning of a head that was cut. */
    private byte[] partial = new byte[0];

    private int partialLength;

    /** The last head: its bytes, and what they mean. */
    private byte[] knownBytes = new byte[0];

    private @Nullable ResponseHead known;

    /** The head of the response whose body comes. */
    private @Nullable ResponseHead current;

    /**
     * @param isBodiless whether the requests are HEAD
     */
    ResponseScanner(boolean isBodiless, Listener listener) {
        this.isBodiless = isBodiless;
        this.listener = listener;
    }

    /** Whether it is inside a response. */
    boolean isInside() {
        return state != State.HEAD || partialLength > 0;
    }

    /** A new connection. */
    void reset() {
        state = State.HEAD;
        partialLength = 0;
        current = null;
    }

    /** The connection has ended; answers whether that completed a response. */
    boolean end() {
        ResponseHead head = current;
        if (state != State.REST || head == null) {
            return false;
        }
        complete(head);
        return true;
    }

    void scan(byte[] array, int from, int to) throws BrokenResponseException {
        int at = from;
        while (at >= 0 && at < to) {
            at =
                    switch (state) {
                        case HEAD -> head(array, at, to);
                        case LENGTH -> length(at, to);
                        case CHUNKS -> chunks(array, at, to);
                        case REST -> to;
                    };
        }
    }

    /** Answers where to go on, or -1 when the listener has had enough. */
    private int head(byte[] array, int from, int to) throws BrokenResponseException {
        ResponseHead same = known;
        int length = knownBytes.length;
        if (same != null
                && partialLength == 0
                && to - from >= length
                && Arrays.equals(knownBytes, 0, length, array, from, from + length)) {
            return begin(same, from + length);
        }
        if (partialLength > 0) {
            return moreOfHead(array, from, to);
        }
        int end = headEnd(array, from, to);
        if (end < 0) {
            keep(array, from, to);
            return to;
        }
        return read(array, from, end) ? begin(known(), end) : end;
    }

    private ResponseHead known() {
        if (known == null) {
            throw new IllegalStateException("no head was read");
        }
        return known;
    }

    /** A head that was cut is put together; one byte at a time, since that is rare. */
    private int moreOfHead(byte[] array, int from, int to) throws BrokenResponseException {
        for (int at = from; at < to; at++) {
            keep(array, at, at + 1);
            int end = partialLength;
            if (array[at] == '\n' && headEnd(partial, Math.max(0, end - EMPTY_LINE), end) == end) {
                partialLength = 0;
                return read(partial, 0, end) ? begin(known(), at + 1) : at + 1;
            }
        }
        return to;
    }

    private void keep(byte[] array, int from, int to) throws BrokenResponseException {
        int length = to - from;
        if (partialLength + length > HEAD_MAX) {
            throw new BrokenResponseException("its head is longer than 64 KiB");
        }
        if (partial.length < partialLength + length) {
            partial = Arrays.copyOf(partial, Math.max(1024, 2 * (partialLength + length)));
        }
        System.arraycopy(array, from, partial, partialLength, length);
        partialLength += length;
    }

    /** Behind the empty line, or -1. */
    private static int headEnd(byte[] array, int from, int to) {
        for (int at = from + EMPTY_LINE - 1; at < to; at++) {
            if (array[at] == '\n'
                    && array[at - 1] == '\r'
                    && array[at - 2] == '\n'
                    && array[at - 3] == '\r') {
                return at + 1;
            }
        }
        return -1;
    }

    /** Answers whether it is the head of a response, and not of an interim one. */
    private boolean read(byte[] array, int from, int end) throws BrokenResponseException {
        ResponseHead head = ResponseHead.read(array, from, end, isBodiless);
        if (head.isInterim()) {
            return false;
        }
        known = head;
        knownBytes = Arrays.copyOfRange(array, from, end);
        return true;
    }

    private int begin(ResponseHead head, int at) {
        if (head.length() == 0) {
            return complete(head) ? at : -1;
        }
        current = head;
        left = head.length();
        if (left == ResponseHead.CHUNKED) {
            chunks.begin();
            state = State.CHUNKS;
        } else {
            state = left == ResponseHead.UNTIL_CLOSE ? State.REST : State.LENGTH;
        }
        return at;
    }

    private int length(int at, int to) {
        int length = (int) Math.min(left, to - at);
        left -= length;
        return left > 0 || completeCurrent() ? at + length : -1;
    }

    private int chunks(byte[] array, int from, int to) throws BrokenResponseException {
        int at = chunks.scan(array, from, to);
        return !chunks.isOver() || completeCurrent() ? at : -1;
    }

    private boolean completeCurrent() {
        ResponseHead head = current;
        return head != null && complete(head);
    }

    private boolean complete(ResponseHead head) {
        state = State.HEAD;
        current = null;
        return listener.onResponse(head.status(), head.isLast());
    }
}
