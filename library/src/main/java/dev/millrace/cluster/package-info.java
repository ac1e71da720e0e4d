/**
 * One program in several processes: a primary that starts workers and replaces them, and workers
 * that share what they listen on; see {@link dev.millrace.cluster.Cluster}.
 */
@NullMarked
package dev.millrace.cluster;

import org.jspecify.annotations.NullMarked;
