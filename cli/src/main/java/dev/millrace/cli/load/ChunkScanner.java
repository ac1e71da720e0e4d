package dev.millrace.cli.load;

/**
 * The way through a chunked body (RFC 9112 section 7.1), wherever it was cut.
 *
 * <pre>
 *   SIZE ──▶ (EXTENSION) ──▶ SIZE_LF ──▶ DATA ──▶ DATA_CR ──▶ DATA_LF ──▶ SIZE …
 *                               └─size 0─▶ LINE ──▶ (TRAILER ──▶ TRAILER_LF ──▶ LINE) ──▶ LAST_LF ──▶ over
 * </pre>
 */
final class ChunkScanner {
    private static final int SIZE_DIGITS_MAX = 15;
    private static final int EXTRA_BYTES_MAX = 64 * 1024;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        LINE,
        TRAILER,
        TRAILER_LF,
        LAST_LF,
        OVER
    }

    private State state = State.OVER;
    private long left;
    private int digits;

    /** Bytes of extensions and trailers, which are thrown away. */
    private int extra;

    void begin() {
        state = State.SIZE;
        left = 0;
        digits = 0;
        extra = 0;
    }

    boolean isOver() {
        return state == State.OVER;
    }

    /** Goes on, and answers where it stopped: at {@code to}, or behind the body. */
    int scan(byte[] array, int from, int to) throws BrokenResponseException {
        int at = from;
        while (at < to && state != State.OVER) {
            if (state == State.DATA) {
                int length = (int) Math.min(left, to - at);
                left -= length;
                at += length;
                state = left == 0 ? State.DATA_CR : State.DATA;
            } else {
                state = next(array[at++]);
            }
        }
        return at;
    }

    private State next(byte b) throws BrokenResponseException {
        return switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> b == '\r' ? State.SIZE_LF : skipped(b, State.EXTENSION);
            case SIZE_LF -> expect(b, '\n', left == 0 ? State.LINE : State.DATA);
            case DATA_CR -> expect(b, '\r', State.DATA_LF);
            case DATA_LF -> {
                digits = 0;
                yield expect(b, '\n', State.SIZE);
            }
            case LINE -> b == '\r' ? State.LAST_LF : skipped(b, State.TRAILER);
            case TRAILER -> b == '\r' ? State.TRAILER_LF : skipped(b, State.TRAILER);
            case TRAILER_LF -> expect(b, '\n', State.LINE);
            case LAST_LF -> expect(b, '\n', State.OVER);
            case DATA, OVER -> throw new IllegalStateException(state.name());
        };
    }

    private State size(byte b) throws BrokenResponseException {
        int digit = Character.digit(b, 16);
        if (digit >= 0 && digits < SIZE_DIGITS_MAX) {
            left = (digits == 0 ? 0 : left) * 16 + digit;
            digits++;
            return State.SIZE;
        }
        if (digits == 0 || (b != '\r' && b != ';')) {
            throw new BrokenResponseException("a chunk has no size");
        }
        return b == '\r' ? State.SIZE_LF : State.EXTENSION;
    }

    private State skipped(byte b, State same) throws BrokenResponseException {
        extra++;
        if (b == '\n' || extra > EXTRA_BYTES_MAX) {
            throw new BrokenResponseException("a chunk's extension or a trailer never ends");
        }
        return same;
    }

    private static State expect(byte b, char wanted, State next) throws BrokenResponseException {
        if (b != wanted) {
            throw new BrokenResponseException("a chunk does not end where its size says");
        }
        return next;
    }
}
