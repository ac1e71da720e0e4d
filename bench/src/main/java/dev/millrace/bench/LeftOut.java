package dev.millrace.bench;

/**
 * A peer or a workload can't take part; the message says why, and what to install if that would
 * help.
 */
final class LeftOut extends Exception {

    private static final long serialVersionUID = 1;

    LeftOut(String message) {
        super(message);
    }
}
