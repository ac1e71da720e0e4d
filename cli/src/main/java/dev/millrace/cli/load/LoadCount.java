package dev.millrace.cli.load;

import java.util.Arrays;

/** What one thread has counted, or all of them together. One thread at a time. */
public final class LoadCount {
    /** What goes wrong without a response. */
    public enum Failure {
        /** No connection was to be had. */
        CONNECT,
        /** No response came in time. */
        TIMEOUT,
        /** The connection ended or broke before the response was complete. */
        CUT_OFF,
        /** What came was no HTTP/1.1 response, or came unasked. */
        MALFORMED
    }

    private static final int CLASSES = 6;

    private final LatencyHistogram latency = new LatencyHistogram();
    private final long[] byClass = new long[CLASSES];
    private final long[] failures = new long[Failure.values().length];
    private long bytes;
    private long reconnects;
    private long unsent;

    void responded(int status, long nanos) {
        byClass[status / 100]++;
        latency.record(nanos);
    }

    void failed(Failure failure, long requests) {
        failures[failure.ordinal()] += requests;
    }

    void received(long count) {
        bytes += count;
    }

    void reconnected() {
        reconnects++;
    }

    void unsent(long requests) {
        unsent += requests;
    }

    void clear() {
        latency.clear();
        Arrays.fill(byClass, 0);
        Arrays.fill(failures, 0);
        bytes = 0;
        reconnects = 0;
        unsent = 0;
    }

    void add(LoadCount other) {
        latency.add(other.latency);
        for (int at = 0; at < byClass.length; at++) {
            byClass[at] += other.byClass[at];
        }
        for (int at = 0; at < failures.length; at++) {
            failures[at] += other.failures[at];
        }
        bytes += other.bytes;
        reconnects += other.reconnects;
        unsent += other.unsent;
    }

    /** How long the complete responses took. */
    public LatencyHistogram latency() {
        return latency;
    }

    /** Complete responses. */
    public long responses() {
        return latency.count();
    }

    /**
     * Complete responses of a class of status.
     *
     * @param hundreds 2 to 5
     */
    public long ofClass(int hundreds) {
        return byClass[hundreds];
    }

    /** What went wrong in one way. */
    public long failures(Failure failure) {
        return failures[failure.ordinal()];
    }

    /** What went wrong in any way. */
    public long failures() {
        return Arrays.stream(failures).sum();
    }

    /** Bytes received, heads included. */
    public long bytes() {
        return bytes;
    }

    /** Connections made in the place of others. */
    public long reconnects() {
        return reconnects;
    }

    /** Requests that were due at a fixed rate, and for which no connection was ever free. */
    public long unsent() {
        return unsent;
    }
}
