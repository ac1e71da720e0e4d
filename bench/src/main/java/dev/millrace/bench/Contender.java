package dev.millrace.bench;

import java.util.ArrayList;
import java.util.List;

/** A server that runs and has answered right, with its results so far. */
final class Contender {

    private final ServerProcess process;
    private final int answerBytes;
    private final List<Sample> samples = new ArrayList<>();
    private Sample latency;
    private boolean warm;

    Contender(ServerProcess process, int answerBytes) {
        this.process = process;
        this.answerBytes = answerBytes;
    }

    ServerProcess process() {
        return process;
    }

    String name() {
        return process.name();
    }

    /** Length of one whole HTTP answer on the wire. */
    int answerBytes() {
        return answerBytes;
    }

    /** One sample for each round, in the order of the rounds. */
    List<Sample> samples() {
        return samples;
    }

    /** The window that latencies are taken from when the rounds can't tell them. */
    Sample latency() {
        return latency;
    }

    void latency(Sample sample) {
        latency = sample;
    }

    boolean isWarm() {
        return warm;
    }

    void warm() {
        warm = true;
    }

    /** Makes ready for another shape of load. */
    void forget() {
        samples.clear();
        latency = null;
    }
}
