/**
 * What happens on loops, for those who look: observers, the flight recorder, and the lines of
 * {@code MILLRACE_DEBUG}. Free of cost while none of them is there.
 */
@NullMarked
package dev.millrace.observe;

import org.jspecify.annotations.NullMarked;
