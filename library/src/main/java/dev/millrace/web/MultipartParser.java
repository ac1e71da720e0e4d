package dev.millrace.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parts of a {@code multipart} body (RFC 2046 section 5.1.1), with the same outcome
 * wherever the network cuts it.
 *
 * <pre>
 *   start ──"--b"──▶ behind a delimiter ──CR LF──▶ head ──empty line──▶ body ─┐
 *                      ▲       │                                              │
 *                      │       └──"--"──▶ closed ──[CR LF]──▶ nothing more    │
 *                      └────────────────── CR LF "--b" ───────────────────────┘
 * </pre>
 *
 * Strict: nothing stands before the first delimiter, behind one, or after the last. The RFC lets
 * gateways for mail put something there; over HTTP that is a body which two parsers may read in two
 * ways.
 */
final class MultipartParser {
    /** What is told of the body. */
    interface Events {
        /** A part begins; its head ends with the CR LF of its last line. */
        void onHead(byte[] head);

        /** Some of the part, lent. */
        void onData(byte[] array, int offset, int length);

        void onPartEnd();
    }

    private enum State {
        START,
        BEHIND_DELIMITER,
        BEHIND_CR,
        BEHIND_DASH,
        HEAD,
        BODY,
        CLOSED,
        CLOSED_CR,
        OVER
    }

    /** The CR LF in front of a delimiter, which the start and an empty line stand for as well. */
    private static final int LINE_END_BYTES = 2;

    /** Unlike -1, which is a byte as well. */
    private static final int NO_BYTE = 256;

    private final byte[] delimiter;
    private final int maxHeadBytes;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream();
    private State state = State.START;

    /** How much of the delimiter was seen, at the end of what was parsed. */
    private int matched = LINE_END_BYTES;

    /** How much of that stands for a line's end that is none of the body's. */
    private int notOfBody = LINE_END_BYTES;

    /** How many of CR LF CR LF the head ends with. */
    private int headEnd;

    /** What is wrong with the body; null while nothing is. */
    private @Nullable String error;

    private boolean isTooLong;

    /** To stop before the next byte. */
    private boolean isStopped;

    MultipartParser(String boundary, int maxHeadBytes) {
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
        this.maxHeadBytes = maxHeadBytes;
    }

    /**
     * Parses on, and answers where it has stopped: at {@code end}, unless it was told to, or by an
     * error.
     */
    int parse(byte[] array, int from, int end, Events events) {
        isStopped = false;
        int at = from;
        while (at < end && !isStopped && error == null) {
            switch (state) {
                case START -> at = start(array[at], at);
                case BODY -> at = body(array, at, end, events);
                case HEAD -> at = head(array[at], at, events);
                default -> {
                    between(array[at]);
                    at++;
                }
            }
        }
        return at;
    }

    /** Below an event: nothing more is parsed until the next call. */
    void stop() {
        isStopped = true;
    }

    @Nullable String error() {
        return error;
    }

    /** Whether the error is a head beyond its limit. */
    boolean isHeadTooLong() {
        return isTooLong;
    }

    /** Whether the last delimiter was read, so that the body may end here. */
    boolean isComplete() {
        return error == null && (state == State.CLOSED || state == State.OVER);
    }

    private int start(byte b, int at) {
        if (b != delimiter[matched]) {
            error = "it does not begin with its boundary";
        } else if (++matched == delimiter.length) {
            state = State.BEHIND_DELIMITER;
        }
        return at + 1;
    }

    private void between(byte b) {
        state =
                switch (state) {
                    case BEHIND_DELIMITER ->
                            b == '\r' ? State.BEHIND_CR : after(b, '-', State.BEHIND_DASH);
                    case BEHIND_CR -> after(b, '\n', State.HEAD);
                    case BEHIND_DASH -> after(b, '-', State.CLOSED);
                    case CLOSED -> after(b, '\r', State.CLOSED_CR);
                    case CLOSED_CR -> after(b, '\n', State.OVER);
                    default -> after(b, NO_BYTE, state);
                };
        if (state == State.HEAD) {
            head.reset();
            headEnd = LINE_END_BYTES;
        }
    }

    private State after(byte b, int wanted, State next) {
        if (b != wanted) {
            boolean isBehindLast =
                    state == State.CLOSED || state == State.CLOSED_CR || state == State.OVER;
            error =
                    isBehindLast
                            ? "something follows its last boundary"
                            : "a boundary is followed by neither a line's end nor --";
        }
        return next;
    }

    private int head(byte b, int at, Events events) {
        head.write(b);
        boolean isNext = b == (headEnd % 2 == 0 ? '\r' : '\n');
        headEnd = isNext ? headEnd + 1 : b == '\r' ? 1 : 0;
        if (headEnd == 2 * LINE_END_BYTES) {
            byte[] whole = head.toByteArray();
            byte[] lines = new byte[whole.length - LINE_END_BYTES];
            System.arraycopy(whole, 0, lines, 0, lines.length);
            state = State.BODY;
            // RFC 2046: the empty line is perhaps the one that the next delimiter begins with.
            matched = LINE_END_BYTES;
            notOfBody = LINE_END_BYTES;
            events.onHead(lines);
        } else if (head.size() >= maxHeadBytes) {
            isTooLong = true;
            error = "the head of a part is longer than " + maxHeadBytes + " bytes";
        }
        return at + 1;
    }

    private int body(byte[] array, int from, int end, Events events) {
        // What is not told yet begins here, unless it lies before this piece.
        int data = from;
        for (int at = from; at < end; at++) {
            byte b = array[at];
            if (matched > 0 && b != delimiter[matched]) {
                int before = matched - (at - data);
                if (before > notOfBody) {
                    // CR stands only at its beginning, so none of this begins another one.
                    events.onData(delimiter, notOfBody, before - notOfBody);
                }
                matched = 0;
                notOfBody = 0;
            }
            if (matched > 0 || b == '\r') {
                matched++;
            }
            if (matched == delimiter.length) {
                tell(array, data, at + 1 - matched, events);
                state = State.BEHIND_DELIMITER;
                matched = 0;
                events.onPartEnd();
                return at + 1;
            }
        }
        tell(array, data, end - matched, events);
        return end;
    }

    private static void tell(byte[] array, int from, int end, Events events) {
        if (end > from) {
            events.onData(array, from, end - from);
        }
    }
}
