package dev.millrace.http;

/** How the end of an answer's body is told to the peer (RFC 9112 section 6.3). */
enum BodyFraming {
    /** HEAD, 1xx, 204 and 304 have none, whatever the handler writes (row R41). */
    NONE,
    /** Content-Length. */
    LENGTH,
    /** Transfer-Encoding: chunked; never towards HTTP/1.0 (row R40). */
    CHUNKED,
    /** The end of the connection. */
    CLOSE;

    /** Whether another answer may follow on the connection. */
    boolean mayPersist() {
        return this != CLOSE;
    }
}
