/**
 * The seam between a loop and a kernel: {@link dev.millrace.driver.Driver}, its ports and what they
 * report.
 */
@NullMarked
package dev.millrace.driver;

import org.jspecify.annotations.NullMarked;
