package dev.millrace.cli;

import org.jspecify.annotations.Nullable;

/** The command could not do its work: the message names what, where and the remedy. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failure(String message) {
        super(message);
    }

    Failure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
