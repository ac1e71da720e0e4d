package dev.millrace.conformance.tls;

import java.util.ArrayList;
import java.util.List;

/** How many handshakes came to what they should, and what the others said. Any thread. */
final class Tally {
    private static final int TOLD_MAX = 3;

    private final List<String> told = new ArrayList<>();
    private int done;
    private int failed;
    private String how = "";

    synchronized void done(int count) {
        done += count;
    }

    synchronized void failed(int count, String what) {
        failed += count;
        if (count > 0 && told.size() < TOLD_MAX) {
            told.add(what.strip());
        }
    }

    /** One that is right, or says why not. */
    void check(boolean isRight, String what) {
        if (isRight) {
            done(1);
        } else {
            failed(1, what);
        }
    }

    /** In which way they were counted, where that is not plain. */
    synchronized Tally how(String text) {
        how = text;
        return this;
    }

    synchronized int done() {
        return done;
    }

    synchronized int failures() {
        return failed;
    }

    synchronized String how() {
        return how;
    }

    /** The first of those that failed, in their programs' words. */
    synchronized List<String> told() {
        return List.copyOf(told);
    }
}
