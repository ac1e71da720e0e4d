/**
 * Bytes between a loop and threads that block: one queue for each direction, bounded, whose lock is
 * held for a copy and never for a wait. What the loop's end of it is made of, a socket or an
 * exchange of HTTP, is known above.
 */
@NullMarked
package dev.millrace.blocking;

import org.jspecify.annotations.NullMarked;
