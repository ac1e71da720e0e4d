/**
 * The download behind {@code millrace get}: one request, and what becomes of its response.
 *
 * <p>It knows nothing of the command line: {@link dev.millrace.cli.get.GetPlan} goes in, {@link
 * dev.millrace.cli.get.Outcome} comes out.
 */
@NullMarked
package dev.millrace.cli.get;

import org.jspecify.annotations.NullMarked;
