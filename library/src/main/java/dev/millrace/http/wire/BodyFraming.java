package dev.millrace.http.wire;

/**
 * How the end of a body is marked (RFC 9112 section 6.3). It is decided once for each message: by
 * {@link #received} when a head was read, by {@link #sent} before a head is written.
 */
public enum BodyFraming {
    /** There is no body. */
    NONE,
    /** Content-Length. */
    LENGTH,
    /** Transfer-Encoding: chunked; never towards HTTP/1.0 (row R40). */
    CHUNKED,
    /** The end of the connection. */
    CLOSE;

    /** What kind of message a body belongs to. */
    public enum Role {
        /** Without length and coding it has no body. */
        REQUEST,
        /** Without length and coding its body ends with the connection. */
        RESPONSE
    }

    /** Whether another message may follow on the connection. */
    public boolean mayPersist() {
        return this != CLOSE;
    }

    /**
     * The framing of a message that may have a body. {@code contentLength}: as announced, or
     * negative.
     */
    public static BodyFraming received(Role role, boolean isChunked, long contentLength) {
        if (isChunked) {
            return CHUNKED;
        }
        if (contentLength < 0) {
            return role == Role.REQUEST ? NONE : CLOSE;
        }
        return contentLength == 0 ? NONE : LENGTH;
    }

    /**
     * Whether RFC 9112 section 6.3 lets the response with this status have a body, whatever its
     * fields say of one.
     */
    public static boolean mayHaveBody(int status, boolean isToHead) {
        return !isToHead && status >= 200 && status != 204 && status != 304;
    }

    /**
     * The framing of a message that is sent with a body (row R42). {@code length}: of the whole
     * body, or negative. {@code isHttp10}: the peer does not know the chunked coding.
     */
    public static BodyFraming sent(FieldsToSend fields, long length, boolean isHttp10) {
        if (fields.contentLength() >= 0) {
            return LENGTH;
        }
        boolean isChunked = (fields.isChunked() || fields.hasTrailer()) && !isHttp10;
        if (length >= 0 && !isChunked && !fields.isRemoved("content-length")) {
            return LENGTH;
        }
        return isHttp10 || fields.isRemoved("transfer-encoding") ? CLOSE : CHUNKED;
    }

    /** As {@link #sent(FieldsToSend, long, boolean)} for a message without fields of its own. */
    public static BodyFraming sent(long length, boolean isHttp10) {
        if (length >= 0) {
            return LENGTH;
        }
        return isHttp10 ? CLOSE : CHUNKED;
    }

    /** A sender's mistake: it wrote a body {@code how} than it declared. */
    public IllegalStateException mismatch(String how) {
        return new IllegalStateException(
                "the body is "
                        + how
                        + " than its Content-Length, the connection is destroyed"
                        + " (ERR_HTTP_CONTENT_LENGTH_MISMATCH)");
    }
}
