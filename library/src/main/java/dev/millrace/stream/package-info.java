/**
 * The back-pressure contract, once: the two sides of a stream, the pipe between them, and the
 * filter point where a transformation such as TLS sits.
 */
@NullMarked
package dev.millrace.stream;

import org.jspecify.annotations.NullMarked;
