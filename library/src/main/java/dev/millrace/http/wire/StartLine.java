package dev.millrace.http.wire;

/** The first line of a message that is sent (RFC 9112 section 2.1), with its CR LF. */
public sealed interface StartLine permits RequestLine, StatusLine {
    /** The line as it goes to the wire. The array is shared and must not be changed. */
    byte[] bytes();
}
