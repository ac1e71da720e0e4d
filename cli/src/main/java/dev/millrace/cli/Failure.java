package dev.millrace.cli;

import org.jspecify.annotations.Nullable;

/** The command could not do its work: the message names what, where and the remedy. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What the process ends with. */
    private final int status;

    Failure(String message) {
        this(message, null);
    }

    Failure(String message, @Nullable Throwable cause) {
        this(message, cause, Main.FAILED);
    }

    Failure(String message, @Nullable Throwable cause, int status) {
        super(message, cause);
        this.status = status;
    }

    int status() {
        return status;
    }
}
