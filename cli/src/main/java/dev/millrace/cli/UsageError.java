package dev.millrace.cli;

/** The command line is wrong: the message names what, and what would be right. */
final class UsageError extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageError(String message) {
        super(message);
    }
}
