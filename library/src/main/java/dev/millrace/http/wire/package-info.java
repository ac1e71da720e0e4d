/**
 * The wire format of HTTP/1.1 (RFC 9112) for both directions: start lines, fields, body framing and
 * the chunked coding. It works on bytes and messages only. It knows no socket, no loop and no
 * clock, and it is not exported.
 */
@NullMarked
package dev.millrace.http.wire;

import org.jspecify.annotations.NullMarked;
