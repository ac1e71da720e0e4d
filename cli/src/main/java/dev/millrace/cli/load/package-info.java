/**
 * The load generator behind {@code millrace bench}: connections that send one request over and
 * over, a scanner that checks the framing of what comes back, and what is counted and timed.
 *
 * <p>It knows nothing of the command line: {@link dev.millrace.cli.load.LoadPlan} goes in, {@link
 * dev.millrace.cli.load.LoadReport} comes out. Why it does not use {@code HttpClient} is decision
 * 30.
 */
@NullMarked
package dev.millrace.cli.load;

import org.jspecify.annotations.NullMarked;
