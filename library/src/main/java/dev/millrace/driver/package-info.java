/**
 * The seam between a loop and a kernel: {@link dev.millrace.driver.Driver}, what it reports, its
 * implementations, and the addresses and errors that cross it.
 */
@NullMarked
package dev.millrace.driver;

import org.jspecify.annotations.NullMarked;
