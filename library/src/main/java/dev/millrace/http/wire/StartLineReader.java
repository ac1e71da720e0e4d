package dev.millrace.http.wire;

import org.jspecify.annotations.Nullable;

/**
 * Reads the first line of a head and may stop and go on at any byte. Positions are relative to the
 * first byte of the line. Everything behind the start line is read alike in both directions.
 */
abstract sealed class StartLineReader permits RequestLineReader, StatusLineReader {
    private int minorVersion;
    private @Nullable ParseError error;

    /** Makes ready for another message. */
    abstract void reset();

    /**
     * Reads {@code [from, end)} of a line that starts at {@code base}; returns the position
     * reached.
     */
    abstract int scan(byte[] array, int from, int end, int base);

    /** Whether the line was read to its LF. */
    abstract boolean isDone();

    /** The position behind CR LF. */
    abstract int end();

    /** The error of a head that fills its limit before this line is done. */
    abstract ParseError overflow();

    /** 0 or 1; a higher one counts as 1. */
    final int minorVersion() {
        return minorVersion;
    }

    final void minorVersion(int version) {
        minorVersion = version;
    }

    final @Nullable ParseError error() {
        return error;
    }

    final void clearError() {
        error = null;
    }

    /** Notes {@code reason} and returns {@code at}, the byte that is wrong. */
    final int fail(ParseError reason, int at) {
        error = reason;
        return at;
    }
}
