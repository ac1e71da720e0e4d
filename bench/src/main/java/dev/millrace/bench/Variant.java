package dev.millrace.bench;

/**
 * One shape of load.
 *
 * @param messageBytes size of an echo message or of a request body; 0 for a GET
 * @param depth messages (or pipelined requests) in flight on each connection
 */
record Variant(String name, int connections, int messageBytes, int depth) {}
