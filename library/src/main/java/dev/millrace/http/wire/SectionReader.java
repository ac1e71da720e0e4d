package dev.millrace.http.wire;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the head of one message and, if it has one, its trailer. A section that lies whole in the
 * caller's array is read where it lies. One that does not is joined in an array of this reader's
 * own (row J9), in which the scanners go on at the byte where they stopped.
 *
 * <pre>
 *   in place --input ends--> joined --more input--> joined ... --empty line--> done
 *       |                                                                       ^
 *       +------------------------------empty line------------------------------+
 * </pre>
 */
final class SectionReader {

    private static final byte[] NOTHING = {};
    private static final int EMPTY_LINE = 2;

    /** Of new input that much joins at a time: the rest of a cut head is usually much shorter. */
    private static final int JOIN_STEP = 1 << 10;

    /** A larger array for joining is not kept for the next connection. */
    private static final int MOST_KEPT = 4 << 10;

    private final int maxHeaderBytes;
    private final MessageFields fields;
    private final StartLineReader line;
    private final FieldLines fieldLines;

    private byte[] headArray = NOTHING;
    private int headStart;
    private int headLength;

    /** Whether the head was joined, so that its trailer must not be joined over it. */
    private boolean isHeadJoined;

    /** The section that is read is a trailer. */
    private boolean isInTrailer;

    /** The section was read to its empty line. */
    private boolean isDone;

    private @Nullable ParseError error;

    /** Where the section lies, how long it may be, and how much of it is in {@link #joined}. */
    private byte[] array = NOTHING;

    private int start;
    private int end;
    private int limit;
    private int carried;
    private byte[] joined = NOTHING;

    SectionReader(WireLimits limits, StartLineReader line, MessageFields fields) {
        this.maxHeaderBytes = limits.maxHeaderBytes();
        this.fields = fields;
        this.line = line;
        this.fieldLines = new FieldLines(limits, fields);
        reset();
    }

    /** Makes ready for another connection: lets go of the caller's array and of all positions. */
    void reset() {
        headArray = NOTHING;
        headStart = 0;
        headLength = 0;
        isHeadJoined = false;
        array = NOTHING;
        if (joined.length > MOST_KEPT) {
            joined = NOTHING;
        }
        beginHead(0);
    }

    /** The bytes of empty lines that were skipped count toward the limit of the head. */
    void beginHead(int skipped) {
        line.reset();
        fields.reset();
        fieldLines.reset();
        limit = maxHeaderBytes - skipped;
        begin(false);
    }

    /**
     * The trailer has what the head left over (X18). The empty line that ends every chunked body
     * comes free.
     */
    void beginTrailer() {
        fields.beginTrailer();
        fieldLines.resumeForTrailer();
        limit += EMPTY_LINE - headLength;
        begin(true);
    }

    private void begin(boolean trailer) {
        isInTrailer = trailer;
        isDone = false;
        error = null;
        carried = 0;
    }

    boolean isDone() {
        return isDone;
    }

    @Nullable ParseError error() {
        return error;
    }

    /** Whether a trailer that is done has field lines. */
    boolean isEmpty() {
        return end - start == EMPTY_LINE;
    }

    /** The array of the section that was read last. */
    byte[] array() {
        return array;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    /** A copy of what has joined of a section that is not done. */
    byte[] unfinished() {
        return Arrays.copyOfRange(joined, start, start + carried);
    }

    byte[] headArray() {
        return headArray;
    }

    int headStart() {
        return headStart;
    }

    int headEnd() {
        return headStart + headLength;
    }

    int fieldCount() {
        return fieldLines.count();
    }

    /** Reads {@code input[from, to)}, or as much as the section needs; the position reached. */
    int read(byte[] input, int from, int to) {
        if (carried > 0) {
            return readJoined(input, from, to);
        }
        if (from == to) {
            return from;
        }
        start = from;
        int at = scan(input, from, to - from > limit ? from + limit : to);
        if (!isDone && error == null) {
            // A head that was joined stays good until the next message: its trailer goes behind it.
            start = isInTrailer && isHeadJoined ? headStart + headLength : 0;
            join(input, from, at - from);
        }
        return at;
    }

    private int readJoined(byte[] input, int from, int to) {
        int at = from;
        while (at < to && !isDone && error == null) {
            int fresh = start + carried;
            int step = Math.min(Math.min(to - at, JOIN_STEP), limit - carried);
            join(input, at, step);
            at += scan(joined, fresh, fresh + step) - fresh;
        }
        return at;
    }

    private void join(byte[] input, int from, int length) {
        int fresh = start + carried;
        if (joined.length < fresh + length) {
            int size = Math.max(fresh + length, Math.max(JOIN_STEP, 2 * joined.length));
            joined = Arrays.copyOf(joined, size);
        }
        System.arraycopy(input, from, joined, fresh, length);
        carried += length;
    }

    private int scan(byte[] from, int position, int to) {
        int at = position;
        if (!line.isDone()) {
            at = line.scan(from, at, to, start);
            error = line.error();
        }
        if (line.isDone() && error == null) {
            at = fieldLines.scan(from, at, to, start);
            error = fieldLines.error();
        }
        if (error == null && fieldLines.isDone()) {
            complete(from, at);
        } else if (error == null && to - start == limit) {
            error = line.isDone() ? ParseError.HEADER_TOO_LARGE : line.overflow();
        }
        return at;
    }

    private void complete(byte[] from, int at) {
        array = from;
        end = at;
        if (!isInTrailer) {
            headArray = from;
            headStart = start;
            headLength = at - start;
            isHeadJoined = carried > 0;
            error = fields.conclude(line.minorVersion());
        }
        isDone = error == null;
    }
}
