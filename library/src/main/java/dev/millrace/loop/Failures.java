package dev.millrace.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What callbacks threw and nothing else took care of: told to a listener, or thrown by {@link
 * Loop#run(RunMode)}.
 */
final class Failures {
    private @Nullable Consumer<? super Throwable> listener;
    private @Nullable Throwable fatal;

    void listener(Consumer<? super Throwable> listener) {
        if (this.listener != null) {
            throw new IllegalStateException("onUncaught has a listener already");
        }
        this.listener = Objects.requireNonNull(listener, "listener");
    }

    /** True if a listener took it; otherwise the loop has to end with it. */
    boolean report(Throwable thrown) {
        if (listener == null) {
            fatal(thrown);
            return false;
        }
        try {
            listener.accept(thrown);
            return true;
        } catch (Throwable again) {
            again.addSuppressed(thrown);
            fatal(again);
            return false;
        }
    }

    /** The first one counts, the others are attached to it. */
    void fatal(Throwable thrown) {
        if (fatal == null) {
            fatal = thrown;
        } else if (fatal != thrown) {
            fatal.addSuppressed(thrown);
        }
    }

    void rethrow() {
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
