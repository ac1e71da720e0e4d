package dev.millrace.turn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What callbacks threw and nothing else took care of: told to a listener, or thrown by the run,
 * which ends with it.
 */
public final class Failures {
    private @Nullable Consumer<? super Throwable> listener;
    private @Nullable Throwable fatal;

    /**
     * Sets the listener.
     *
     * @throws IllegalStateException if there is one already
     */
    public void listener(Consumer<? super Throwable> listener) {
        if (this.listener != null) {
            throw new IllegalStateException("onUncaught has a listener already");
        }
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /** Tells the listener; without one, or if it throws as well, the run ends with it. */
    public void report(Throwable thrown) {
        if (listener == null) {
            fatal(thrown);
            return;
        }
        try {
            listener.accept(thrown);
        } catch (Throwable again) {
            again.addSuppressed(thrown);
            fatal(again);
        }
    }

    /**
     * Ends the run, with or without a listener. The first one counts, the others are attached to
     * it.
     */
    void fatal(Throwable thrown) {
        if (fatal == null) {
            fatal = thrown;
        } else if (fatal != thrown) {
            fatal.addSuppressed(thrown);
        }
    }

    /** Whether the run has to end, to throw what was thrown. */
    boolean isFatal() {
        return fatal != null;
    }

    /** Throws what ends the run, if anything does. */
    public void rethrow() {
        Throwable thrown = fatal;
        fatal = null;
        if (thrown == null) {
            // Not a case of the switch: linking that one would cost each program that ends well.
            return;
        }
        switch (thrown) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case IOException e -> throw new UncheckedIOException(e.getMessage(), e);
            default -> throw new IllegalStateException(thrown);
        }
    }
}
