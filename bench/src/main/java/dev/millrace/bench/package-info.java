/**
 * Side-by-side runs of this project and its peers: {@code bench/compare}. Nothing here is shipped.
 *
 * <p>{@link dev.millrace.bench.Compare} reads the command line, {@link dev.millrace.bench.Peers}
 * knows the servers, {@link dev.millrace.bench.Rounds} lets them take turns, {@link
 * dev.millrace.bench.Window} measures one turn and {@link dev.millrace.bench.Tables} prints what
 * came out.
 */
package dev.millrace.bench;
