package dev.millrace.cli.get;

/**
 * How a download ended.
 *
 * @param status 0, 1, the first digit of a response's status other than 2, or 128 and a signal
 * @param complaint one line, or nothing
 */
public record Outcome(int status, String complaint) {
    static final Outcome FINE = new Outcome(0, "");

    static Outcome failed(String complaint) {
        return new Outcome(1, complaint);
    }

    Outcome with(String hint) {
        return new Outcome(status, complaint + hint);
    }
}
