package dev.millrace.http.wire;

import org.jspecify.annotations.Nullable;

/**
 * Takes the chunked coding (RFC 9112 section 7.1) off a body, up to the line of the last chunk; the
 * trailer is not read here. May stop and go on at any byte.
 *
 * <pre>
 *   SIZE --";"--> EXTENSION --CR--> SIZE_LF --LF--> DATA --all read--> DATA_CR --CR--> DATA_LF --LF--> SIZE
 *     |                               ^  |
 *     +--------------CR---------------+  +--LF, size 0--> DONE
 * </pre>
 *
 * The data of the chunks read in one call is moved together inside the caller's array, over the
 * framing that was read, so that a body in one-byte chunks costs one event and not one for each
 * chunk (X17). Bytes not yet read, and bytes before the first data of the call, are never touched.
 */
final class ChunkedBody {

    /**
     * From here on moving data costs more than one more event: large chunks are handed on where
     * they are.
     */
    private static final int FULL_RUN = 16 << 10;

    private static final int MOST_DIGITS = 16;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        DONE
    }

    private final ChunkExtensions extensions;
    private final long maxBodyBytes;

    private State state = State.SIZE;
    private int digits;
    private long remaining;
    private long total;
    private int runStart;
    private int runEnd;
    private @Nullable ParseError error;

    ChunkedBody(WireLimits limits) {
        this.extensions = new ChunkExtensions(limits);
        this.maxBodyBytes = limits.maxBodyBytes();
    }

    void reset() {
        extensions.reset();
        state = State.SIZE;
        digits = 0;
        remaining = 0;
        total = 0;
        error = null;
    }

    /** Whether the line of the last chunk has been read. */
    boolean isDone() {
        return state == State.DONE;
    }

    @Nullable ParseError error() {
        return error;
    }

    /** Where the data found by the last {@link #scan} begins in its array. */
    int runStart() {
        return runStart;
    }

    int runLength() {
        return runEnd - runStart;
    }

    /** Reads {@code [from, end)}, but no further than a full run, the last chunk or an error. */
    int scan(byte[] array, int from, int end) {
        int at = from;
        runStart = from;
        runEnd = from;
        while (at < end && state != State.DONE && error == null && runEnd - runStart < FULL_RUN) {
            at =
                    switch (state) {
                        case SIZE -> size(array, at, end);
                        case EXTENSION -> extension(array, at, end);
                        case SIZE_LF -> endSizeLine(array, at);
                        case DATA -> data(array, at, end);
                        case DATA_CR -> require(array, at, Ascii.CR, State.DATA_LF);
                        default -> require(array, at, Ascii.LF, State.SIZE);
                    };
        }
        return at;
    }

    private int size(byte[] array, int from, int end) {
        int at = from;
        while (at < end) {
            int digit = Ascii.hex(array[at]);
            if (digit < 0) {
                return endSize(array, at);
            }
            // Sixteen digits fill a long; the first of them must leave the sign alone. Zeros count
            // too (X12).
            if (digits == MOST_DIGITS || remaining > Long.MAX_VALUE >>> 4) {
                return fail(ParseError.INVALID_CHUNK_SIZE, at);
            }
            remaining = remaining << 4 | digit;
            digits++;
            at++;
        }
        return at;
    }

    private int endSize(byte[] array, int at) {
        byte b = array[at];
        if (digits == 0) {
            return fail(ParseError.INVALID_CHUNK_SIZE, at);
        }
        if (b == ';') {
            state = State.EXTENSION;
            return extensions.begin() ? at + 1 : fail(ParseError.CHUNK_EXTENSIONS_TOO_LARGE, at);
        }
        if (b == Ascii.CR) {
            state = State.SIZE_LF;
            return at + 1;
        }
        // Also a space: RFC 9112 section 7.1.1 lets one stand before ";", X11 does not.
        return fail(
                b == Ascii.LF ? ParseError.INVALID_CHUNK_END : ParseError.INVALID_CHUNK_SIZE, at);
    }

    private int extension(byte[] array, int from, int end) {
        int at = extensions.scan(array, from, end);
        if (at == end) {
            return at;
        }
        if (array[at] == Ascii.CR && extensions.isComplete()) {
            state = State.SIZE_LF;
            return at + 1;
        }
        return fail(
                extensions.isOverflow(array[at])
                        ? ParseError.CHUNK_EXTENSIONS_TOO_LARGE
                        : ParseError.INVALID_CHUNK_EXTENSION,
                at);
    }

    private int endSizeLine(byte[] array, int at) {
        if (array[at] != Ascii.LF) {
            return fail(ParseError.INVALID_CHUNK_END, at);
        }
        if (remaining > maxBodyBytes - total) {
            return fail(ParseError.BODY_TOO_LARGE, at);
        }
        total += remaining;
        state = remaining == 0 ? State.DONE : State.DATA;
        return at + 1;
    }

    private int data(byte[] array, int at, int end) {
        int length = (int) Math.min(end - at, remaining);
        if (runEnd == runStart) {
            runStart = at;
            runEnd = at;
        } else if (length == 1) {
            array[runEnd] = array[at];
        } else {
            System.arraycopy(array, at, array, runEnd, length);
        }
        runEnd += length;
        remaining -= length;
        if (remaining == 0) {
            state = State.DATA_CR;
        }
        return at + length;
    }

    private int require(byte[] array, int at, byte expected, State next) {
        if (array[at] != expected) {
            return fail(ParseError.INVALID_CHUNK_END, at);
        }
        state = next;
        digits = 0;
        return at + 1;
    }

    private int fail(ParseError reason, int at) {
        error = reason;
        return at;
    }
}
