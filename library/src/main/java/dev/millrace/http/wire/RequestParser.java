package dev.millrace.http.wire;

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
 * is joined in an array of the parser's own (row J9), in which the scanners go on.
 *
 * <p>What follows a request with {@code Connection: close}, CONNECT or an upgrade is for the owner
 * to decide: it pauses in {@code onHead} or {@code onMessageEnd} and keeps the bytes from the
 * position that {@link #parse} returns.
 */
public final class RequestParser {

    /** The places of the drawing above. */
    private enum Phase {
        BETWEEN,
        HEAD,
        FIXED,
        CHUNKED,
        TRAILER,
        END
    }

    private static final byte[] NOTHING = {};

    private final int maxHeaderBytes;
    private final RequestLineReader line;
    private final RequestFields fields;
    private final SectionReader section;
    private final ChunkedBody chunks;

    /** Where in the drawing the parser is. */
    private Phase phase = Phase.BETWEEN;

    /** Set by the owner: no event and no byte until it resumes. */
    private boolean isPaused;

    /** Why nothing more is read. */
    private @Nullable ParseError error;

    /**
     * Bytes of empty lines before the request line; an odd number means that CR was seen and LF
     * must follow.
     */
    private int skipped;

    /** What a body with Content-Length still lacks. */
    private long remaining;

    public RequestParser(WireLimits limits) {
        this.maxHeaderBytes = limits.maxHeaderBytes();
        this.line = new RequestLineReader(limits);
        this.fields = new RequestFields(limits);
        this.section = new SectionReader(limits, line, fields);
        this.chunks = new ChunkedBody(limits);
    }

    /** Makes ready for another connection (rows J6, J7). Not to be called from inside an event. */
    public void reset() {
        phase = Phase.BETWEEN;
        isPaused = false;
        error = null;
        skipped = 0;
        remaining = 0;
        section.reset();
        chunks.reset();
    }

    /**
     * Reads {@code array[offset, limit)} and returns the position reached: {@code limit}, or less
     * after an error or {@link #pause()}. The bytes from there on are the caller's to keep; after
     * {@link #resume()} they come first in the next call, which may be empty when only events are
     * outstanding. The part that was read may be overwritten.
     */
    public int parse(byte[] array, int offset, int limit, RequestEvents events) {
        int at = offset;
        while (!isPaused && error == null) {
            switch (phase) {
                case BETWEEN -> {
                    at = skipEmptyLines(array, at, limit);
                    if (at == limit || error != null) {
                        return at;
                    }
                    section.beginHead(skipped);
                    phase = Phase.HEAD;
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
                    phase = Phase.END;
                    if (!section.isEmpty()) {
                        events.onTrailers(section.array(), section.start(), section.end());
                    }
                }
                case END -> {
                    phase = Phase.BETWEEN;
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
    public void pause() {
        isPaused = true;
    }

    public boolean isPaused() {
        return isPaused;
    }

    public void resume() {
        isPaused = false;
    }

    /** Why nothing more is read, or null. */
    public @Nullable ParseError error() {
        return error;
    }

    /** Whether nothing of a next request was seen yet; the connection is idle. */
    public boolean isBetweenMessages() {
        return phase == Phase.BETWEEN;
    }

    /**
     * Whether not even an empty line of a next request was seen: a fresh parser would go on alike.
     */
    public boolean isFresh() {
        return phase == Phase.BETWEEN && skipped == 0;
    }

    /**
     * What was read of a message whose head is not complete, for another parser to read anew; empty
     * between messages, null behind a head. Skipped empty lines are gone.
     */
    public byte @Nullable [] unfinishedHead() {
        return switch (phase) {
            case BETWEEN -> (skipped & 1) == 1 ? new byte[] {Ascii.CR} : NOTHING;
            case HEAD -> section.unfinished();
            case FIXED, CHUNKED, TRAILER, END -> null;
        };
    }

    public boolean isReadingHead() {
        return phase == Phase.HEAD;
    }

    /** Whether it is in the head of a request whose method is known to be HEAD. */
    public boolean isInHeadRequest() {
        return phase == Phase.HEAD && line.isHead();
    }

    /**
     * The array that holds the head, in one piece. The positions below are into it. They are good
     * from {@code onHead} until the next message begins, but not longer than the caller keeps the
     * array it gave.
     */
    public byte[] headArray() {
        return section.headArray();
    }

    /** Also where the method starts. */
    public int headStart() {
        return section.headStart();
    }

    /** Behind the empty line. */
    public int headEnd() {
        return section.headEnd();
    }

    public int methodEnd() {
        return section.headStart() + line.methodEnd();
    }

    public int targetStart() {
        return section.headStart() + line.targetStart();
    }

    public int targetEnd() {
        return section.headStart() + line.targetEnd();
    }

    /**
     * Where path and query start in the target: at {@link #targetEnd()}, or at {@code ?}, when the
     * path is empty.
     */
    public int pathStart() {
        return section.headStart() + line.pathStart();
    }

    /** 0 or 1; a higher one counts as 1. */
    public int minorVersion() {
        return line.minorVersion();
    }

    /** The first field line, or the empty line. */
    public int fieldsStart() {
        return section.headStart() + line.end();
    }

    public int fieldCount() {
        return section.fieldCount();
    }

    /**
     * Start of the host and port the request is for. RFC 9112 section 3.2.2: those in the target
     * win over the Host field (X26). Empty range: neither names any.
     */
    public int authorityStart() {
        return section.headStart()
                + (line.hasAuthority() ? line.authorityStart() : fields.hostStart());
    }

    public int authorityEnd() {
        return section.headStart() + (line.hasAuthority() ? line.authorityEnd() : fields.hostEnd());
    }

    /** As announced; -1 without Content-Length. */
    public long contentLength() {
        return fields.contentLength();
    }

    public boolean isChunked() {
        return fields.isChunked();
    }

    /** Whether the sender lets another message follow (RFC 9112 section 9.3). */
    public boolean wantsPersistence() {
        return fields.wantsPersistence(minorVersion());
    }

    public boolean expectsContinue() {
        return fields.expectsContinue(minorVersion());
    }

    /** An expectation other than 100-continue: the response is 417 (RFC 9110 section 10.1.1). */
    public boolean hasUnknownExpect() {
        return fields.hasUnknownExpect();
    }

    public boolean hasUpgrade() {
        return fields.hasUpgrade(minorVersion());
    }

    public boolean isConnect() {
        return line.isConnect();
    }

    /**
     * Whether the head is one of the few that ask for more than a response: CONNECT, or with an
     * expectation or an Upgrade, in force or not.
     */
    public boolean isSpecial() {
        return line.isConnect() || fields.isSpecial();
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
        BodyFraming framing =
                BodyFraming.received(BodyFraming.Role.REQUEST, isChunked(), contentLength());
        switch (framing) {
            case CHUNKED -> {
                chunks.reset();
                phase = Phase.CHUNKED;
            }
            case LENGTH -> {
                remaining = contentLength();
                phase = Phase.FIXED;
            }
            case NONE, CLOSE -> phase = Phase.END;
        }
    }

    private int fixed(byte[] array, int from, int limit, RequestEvents events) {
        int length = (int) Math.min(limit - from, remaining);
        remaining -= length;
        phase = remaining == 0 ? Phase.END : Phase.FIXED;
        events.onBody(array, from, length);
        return from + length;
    }

    private int chunked(byte[] array, int from, int limit, RequestEvents events) {
        int at = chunks.scan(array, from, limit);
        if (chunks.isDone()) {
            section.beginTrailer();
            phase = Phase.TRAILER;
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
