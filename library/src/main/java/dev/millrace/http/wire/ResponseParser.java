package dev.millrace.http.wire;

import org.jspecify.annotations.Nullable;

/**
 * Reads the responses of one connection (RFC 9112), as strictly as {@link RequestParser} reads
 * requests and with the same parts: events, verdict and bytes consumed do not depend on how the
 * input was cut.
 *
 * <pre>
 *           expect           empty line, 2xx-5xx      length > 0
 *   IDLE ------------> HEAD -----------------+--------------------> FIXED ----+
 *    ^                 ^  | 1xx  onHead      |  chunked                       | all read
 *    |                 +--+                  +----> CHUNKED --0--> TRAILER ---+
 *    |                onInterim              |  neither                       |
 *    |                                       +----> UNTIL_CLOSE ---finish-----+
 *    |                                       |  no body                       |
 *    |                                       +--------> END <-----------------+
 *    +--------------------------------------------------+
 *                         onMessageEnd
 *
 *   HEAD --101 that was asked for, 2xx to CONNECT; onHead--> SWITCHED
 * </pre>
 *
 * Nothing is read while no response is expected: {@link #parse} leaves those bytes, which belong to
 * no request (X40). Behind a switch they belong to the other protocol.
 */
public final class ResponseParser {
    /** What the response that comes next answers, where that decides how it is read. */
    public enum ResponseTo {
        /** A request like most. */
        ANY,
        /** HEAD: there is no body. */
        HEAD,
        /** A request with Upgrade: 101 is a final response, and the last one. */
        UPGRADE,
        /** CONNECT: behind a 2xx comes what is tunnelled. */
        CONNECT
    }

    /** The places of the drawing above. */
    private enum Phase {
        IDLE,
        HEAD,
        FIXED,
        CHUNKED,
        TRAILER,
        UNTIL_CLOSE,
        END,
        SWITCHED
    }

    private final int maxHeaderBytes;
    private final long maxBodyBytes;
    private final StatusLineReader line = new StatusLineReader();
    private final ResponseFields fields = new ResponseFields();
    private final SectionReader section;
    private final ChunkedBody chunks;

    /** Where in the drawing the parser is. */
    private Phase phase = Phase.IDLE;

    /** Set by the owner: no event and no byte until it resumes. */
    private boolean isPaused;

    /** Why nothing more is read. */
    private @Nullable ParseError error;

    /** What the response that is read answers. */
    private ResponseTo to = ResponseTo.ANY;

    /** Something of the response that is expected was read. */
    private boolean hasBegun;

    private BodyFraming framing = BodyFraming.NONE;

    /** What a body still lacks with Content-Length, or may still have when the close ends it. */
    private long remaining;

    /** Bytes of the interim responses before the final one. */
    private long interimBytes;

    public ResponseParser(WireLimits limits) {
        this.maxHeaderBytes = limits.maxHeaderBytes();
        this.maxBodyBytes = limits.maxBodyBytes();
        this.section = new SectionReader(limits, line, fields);
        this.chunks = new ChunkedBody(limits);
    }

    /**
     * A request was sent, and its response comes next; behind a switch one of the protocol that is
     * tunnelled. Not to be called before the response before is complete.
     */
    public void expect(ResponseTo request) {
        to = request;
        hasBegun = false;
        interimBytes = 0;
        section.beginHead(0);
        phase = Phase.HEAD;
    }

    /**
     * Reads {@code array[offset, limit)} and returns the position reached: {@code limit}, or less
     * after the end of the response, an error or {@link #pause()}; otherwise as {@link
     * RequestParser#parse}.
     */
    public int parse(byte[] array, int offset, int limit, ResponseEvents events) {
        int at = offset;
        while (!isPaused && error == null) {
            switch (phase) {
                case IDLE, SWITCHED -> {
                    return at;
                }
                case HEAD -> {
                    hasBegun |= at < limit;
                    at = section.read(array, at, limit);
                    if (!section.isDone()) {
                        error = section.error();
                        return at;
                    }
                    head(events);
                }
                case FIXED, UNTIL_CLOSE -> {
                    if (at == limit) {
                        return at;
                    }
                    at = plain(array, at, limit, events);
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
                    phase = Phase.IDLE;
                    events.onMessageEnd();
                }
            }
        }
        return at;
    }

    /**
     * The peer has ended its side, and every byte before was parsed: ends a body that only the
     * close ends (RFC 9112 section 8). Returns false when a response is incomplete, or did not come
     * at all.
     */
    public boolean finish(ResponseEvents events) {
        if (error == null && phase == Phase.UNTIL_CLOSE) {
            phase = Phase.IDLE;
            events.onMessageEnd();
        }
        return error == null && phase == Phase.IDLE;
    }

    /** As {@link RequestParser#pause()}. */
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

    /** Whether the head that came was the last of HTTP on the connection. */
    public boolean isSwitched() {
        return phase == Phase.SWITCHED;
    }

    /** Whether anything of the response that is expected was read, be it an interim one. */
    public boolean hasBegun() {
        return hasBegun;
    }

    /** The array that holds the head, in one piece, as {@link RequestParser#headArray()} has it. */
    public byte[] headArray() {
        return section.headArray();
    }

    public int headStart() {
        return section.headStart();
    }

    /** Behind the empty line. */
    public int headEnd() {
        return section.headEnd();
    }

    public int status() {
        return line.status();
    }

    public int reasonStart() {
        return section.headStart() + line.reasonStart();
    }

    public int reasonEnd() {
        return section.headStart() + line.reasonEnd();
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

    /** As announced, also for a body that does not come; -1 without Content-Length. */
    public long contentLength() {
        return fields.contentLength();
    }

    /** How the end of the body is marked. */
    public BodyFraming framing() {
        return framing;
    }

    /** Whether another request may follow on the connection (RFC 9112 section 9.3). */
    public boolean mayPersist() {
        return framing.mayPersist() && fields.wantsPersistence(minorVersion());
    }

    private void head(ResponseEvents events) {
        boolean isTunnel = to == ResponseTo.CONNECT && status() / 100 == 2;
        if (isTunnel || (status() == 101 && to == ResponseTo.UPGRADE)) {
            // RFC 9110 section 9.3.6: what the fields say of a body is ignored there.
            framing = BodyFraming.NONE;
            phase = Phase.SWITCHED;
            events.onHead(this);
        } else if (status() == 101) {
            error = ParseError.UNASKED_SWITCH;
        } else if (status() < 200) {
            interim(events);
        } else {
            beginBody();
            if (error == null) {
                events.onHead(this);
            }
        }
    }

    /** Any number of them, but not without end (R45, X39): their heads share one limit. */
    private void interim(ResponseEvents events) {
        interimBytes += section.headEnd() - section.headStart();
        if (interimBytes > maxHeaderBytes) {
            error = ParseError.INTERIM_TOO_LARGE;
            return;
        }
        events.onInterim(this);
        section.beginHead(0);
    }

    /** RFC 9112 section 6.3. */
    private void beginBody() {
        framing =
                BodyFraming.mayHaveBody(status(), to == ResponseTo.HEAD)
                        ? BodyFraming.received(
                                BodyFraming.Role.RESPONSE, fields.isChunked(), contentLength())
                        : BodyFraming.NONE;
        switch (framing) {
            case CHUNKED -> {
                chunks.reset();
                phase = Phase.CHUNKED;
            }
            case LENGTH -> {
                remaining = contentLength();
                phase = Phase.FIXED;
                error = remaining > maxBodyBytes ? ParseError.BODY_TOO_LARGE : null;
            }
            case CLOSE -> {
                remaining = maxBodyBytes;
                phase = Phase.UNTIL_CLOSE;
            }
            case NONE -> phase = Phase.END;
        }
    }

    private int plain(byte[] array, int from, int limit, ResponseEvents events) {
        int length = (int) Math.min(limit - from, remaining);
        remaining -= length;
        if (phase == Phase.FIXED) {
            phase = remaining == 0 ? Phase.END : Phase.FIXED;
        } else if (length == 0) {
            error = ParseError.BODY_TOO_LARGE;
            return from;
        }
        events.onBody(array, from, length);
        return from + length;
    }

    private int chunked(byte[] array, int from, int limit, ResponseEvents events) {
        int at = chunks.scan(array, from, limit);
        if (chunks.isDone()) {
            section.beginTrailer();
            phase = Phase.TRAILER;
        }
        // Data before a fault is told before the fault, as in RequestParser.
        if (chunks.runLength() > 0) {
            events.onBody(array, chunks.runStart(), chunks.runLength());
        }
        error = chunks.error();
        return at;
    }
}
