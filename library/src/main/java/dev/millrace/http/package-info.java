/**
 * HTTP/1.1 (RFC 9110, RFC 9112) on top of {@link dev.millrace.net}, with nothing that a user of it
 * could not use as well.
 */
@NullMarked
package dev.millrace.http;

import org.jspecify.annotations.NullMarked;
