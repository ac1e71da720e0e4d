package dev.millrace.http;

import org.jspecify.annotations.Nullable;

/**
 * Reads the requests of one connection (RFC 9112), strictly, from arrays as the network fills them.
 * It may stop and go on at any byte: events, verdict and bytes consumed do not depend on how the
 * input was cut (X35). Nothing is allocated as long as each head arrives in one piece.
 *
 * <pre>
 *             first byte          empty line           length > 0
 *   BETWEEN --------------> HEAD ------------+--------------------> FIXED ----+
 *      ^     onMessageBegin    onHead        |  chunked                       | all read
 *      |                                     +----> CHUNKED --0--> TRAILER ---+
 *      |                                     |                     onTrailers |
 *      |                                     +--------> END <-----------------+
 *      +------------------------------------------------+
 *                         onMessageEnd
 * </pre>
 *
 * A head or trailer that lies whole in the caller's array is read where it lies. One that does not
 * is joined in an array of the parser's own (row J9), in which the scanners simply go on.
 *
 * <p>What follows a request with {@code Connection: close}, CONNECT or an upgrade is for the owner
 * to decide: it pauses in {@code onHead} or {@code onMessageEnd} and keeps the bytes from the
 * position that {@link #parse} returns.
 */
final class RequestParser {

    private static final int BETWEEN = 0;
    private static final int HEAD = 1;
    private static final int FIXED = 2;
    private static final int CHUNKED = 3;
    private static final int TRAILER = 4;
    private static final int END = 5;

    private final int maxHeaderBytes;
    private final SectionReader section;
    private final ChunkedBody chunks;

    private int phase;
    private boolean paused;
    private @Nullable ParseError error;

    /**
     * Bytes of empty lines before the request line; an odd number means that CR was seen and LF
     * must follow.
     */
    private int skipped;

    /** What a body with Content-Length still lacks. */
    private long remaining;

    RequestParser(HttpLimits limits) {
        this.maxHeaderBytes = limits.maxHeaderBytes();
        this.section = new SectionReader(limits);
        this.chunks = new ChunkedBody(limits);
    }

    /** Makes ready for another connection (rows J6, J7). Not to be called from inside an event. */
    void reset() {
        phase = BETWEEN;
        paused = false;
        error = null;
        skipped = 0;
        remaining = 0;
        section.reset();
        chunks.reset();
    }

    /**
     * Reads {@code array[offset, limit)} and answers the position reached: {@code limit}, or less
     * after an error or {@link #pause()}. The bytes from there on are the caller's to keep; after
     * {@link #resume()} they come first in the next call, which may be empty when only events are
     * outstanding. The part that was read may be overwritten.
     */
    int parse(byte[] array, int offset, int limit, RequestEvents events) {
        int at = offset;
        while (!paused && error == null) {
            switch (phase) {
                case BETWEEN -> {
                    at = skipEmptyLines(array, at, limit);
                    if (at == limit || error != null) {
                        return at;
                    }
                    section.beginHead(skipped);
                    phase = HEAD;
                    events.onMessageBegin();
                }
                case HEAD -> {
                    at = section.read(array, at, limit);
                    if (!section.isDone()) {
                        error = section.error();
                        return at;
                    }
                    beginBody();
                    events.onHead(this);
                }
                case FIXED -> {
                    if (at == limit) {
                        return at;
                    }
                    at = fixed(array, at, limit, events);
                }
                case CHUNKED -> {
                    if (at == limit) {
                        return at;
                    }
                    at = chunked(array, at, limit, events);
                }
                case TRAILER -> {
                    at = section.read(array, at, limit);
                    if (!section.isDone()) {
                        error = section.error();
                        return at;
                    }
                    phase = END;
                    if (!section.isEmpty()) {
                        events.onTrailers(section.array(), section.start(), section.end());
                    }
                }
                default -> {
                    phase = BETWEEN;
                    skipped = 0;
                    events.onMessageEnd();
                }
            }
        }
        return at;
    }

    /**
     * Takes effect at once, also inside an event: no further event, no further byte, until {@link
     * #resume()}.
     */
    void pause() {
        paused = true;
    }

    boolean isPaused() {
        return paused;
    }

    void resume() {
        paused = false;
    }

    /** Why nothing more is read, or null. */
    @Nullable ParseError error() {
        return error;
    }

    /** Whether nothing of a next request was seen yet; the connection is idle. */
    boolean isBetweenMessages() {
        return phase == BETWEEN;
    }

    /**
     * Whether not even an empty line of a next request was seen: a fresh parser would go on alike.
     */
    boolean isFresh() {
        return phase == BETWEEN && skipped == 0;
    }

    boolean isReadingHead() {
        return phase == HEAD;
    }

    /**
     * The array that holds the head, in one piece. The positions below are into it. They are good
     * from {@code onHead} until the next message begins, but not longer than the caller keeps the
     * array it gave.
     */
    byte[] headArray() {
        return section.headArray();
    }

    /** Also where the method starts. */
    int headStart() {
        return section.headStart();
    }

    /** Behind the empty line. */
    int headEnd() {
        return section.headEnd();
    }

    int methodEnd() {
        return section.headStart() + section.line().methodEnd();
    }

    int targetStart() {
        return section.headStart() + section.line().targetStart();
    }

    int targetEnd() {
        return section.headStart() + section.line().targetEnd();
    }

    /**
     * Where path and query start in the target: at {@link #targetEnd()}, or at {@code ?}, when the
     * path is empty.
     */
    int pathStart() {
        return section.headStart() + section.line().pathStart();
    }

    /** 0 or 1; a higher one counts as 1. */
    int minorVersion() {
        return section.line().minorVersion();
    }

    /** The first field line, or the empty line. */
    int fieldsStart() {
        return section.headStart() + section.line().end();
    }

    int fieldCount() {
        return section.fieldCount();
    }

    /**
     * Start of the host and port the request is for. RFC 9112 section 3.2.2: those in the target
     * win over the Host field (X26). Empty range: neither names any.
     */
    int authorityStart() {
        RequestLine line = section.line();
        return section.headStart()
                + (line.hasAuthority() ? line.authorityStart() : section.fields().hostStart());
    }

    int authorityEnd() {
        RequestLine line = section.line();
        return section.headStart()
                + (line.hasAuthority() ? line.authorityEnd() : section.fields().hostEnd());
    }

    /** As announced; -1 without Content-Length. */
    long contentLength() {
        return section.fields().contentLength();
    }

    boolean isChunked() {
        return section.fields().isChunked();
    }

    boolean keepAlive() {
        return section.fields().keepAlive(minorVersion());
    }

    boolean expectsContinue() {
        return section.fields().expectsContinue(minorVersion());
    }

    /** An expectation other than 100-continue: the answer is 417 (RFC 9110 section 10.1.1). */
    boolean hasUnknownExpect() {
        return section.fields().hasUnknownExpect();
    }

    boolean hasUpgrade() {
        return section.fields().hasUpgrade(minorVersion());
    }

    /**
     * RFC 9112 section 2.2: empty lines before a request line are skipped; they count toward the
     * head's limit.
     */
    private int skipEmptyLines(byte[] array, int from, int limit) {
        int at = from;
        while (at < limit) {
            byte b = array[at];
            if ((skipped & 1) == 0 && b != Ascii.CR) {
                error = b == Ascii.LF ? ParseError.BARE_LF : null;
                return at;
            }
            if ((skipped & 1) == 1 && b != Ascii.LF) {
                error = ParseError.BARE_CR;
                return at;
            }
            at++;
            if (++skipped == maxHeaderBytes) {
                error = ParseError.HEADER_TOO_LARGE;
                return at;
            }
        }
        return at;
    }

    /** RFC 9112 section 6.3: a request without length and coding has no body. */
    private void beginBody() {
        if (isChunked()) {
            chunks.reset();
            phase = CHUNKED;
            return;
        }
        remaining = contentLength();
        phase = remaining > 0 ? FIXED : END;
    }

    private int fixed(byte[] array, int from, int limit, RequestEvents events) {
        int length = (int) Math.min(limit - from, remaining);
        remaining -= length;
        phase = remaining == 0 ? END : FIXED;
        events.onBody(array, from, length);
        return from + length;
    }

    private int chunked(byte[] array, int from, int limit, RequestEvents events) {
        int at = chunks.scan(array, from, limit);
        if (chunks.isDone()) {
            section.beginTrailer();
            phase = TRAILER;
        }
        // Data before a fault is told before the fault: byte-wise input could not do otherwise
        // (X35).
        if (chunks.runLength() > 0) {
            events.onBody(array, chunks.runStart(), chunks.runLength());
        }
        error = chunks.error();
        return at;
    }
}
