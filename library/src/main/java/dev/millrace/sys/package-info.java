/**
 * The floor: every downcall into libc, errno names and texts, and the layout of every C struct. Not
 * exported, and the only package that touches {@code java.lang.foreign}.
 *
 * <p>Calls answer as the kernel does: a result of zero or more, or a negated errno.
 */
@NullMarked
package dev.millrace.sys;

import org.jspecify.annotations.NullMarked;
