/** Names to addresses, off the loop. */
@NullMarked
package dev.millrace.dns;

import org.jspecify.annotations.NullMarked;
