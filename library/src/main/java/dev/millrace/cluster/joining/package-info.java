/**
 * Makes a program a worker that knows nothing of it, as {@code millrace start} does; see {@link
 * dev.millrace.cluster.joining.ClusterListening}.
 */
@NullMarked
package dev.millrace.cluster.joining;

import org.jspecify.annotations.NullMarked;
