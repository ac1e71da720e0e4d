package dev.millrace.stdio;

import dev.millrace.loop.Loop;
import dev.millrace.stream.Listeners;
import dev.millrace.turn.Failures;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** How a standard stream ends: its error, if any, then its close, each told once. */
final class StandardEnding {
    private final Loop loop;
    private @Nullable Consumer<? super IOException> errorListener;
    private @Nullable Runnable closeListener;
    private @Nullable IOException failure;
    private boolean isOver;

    StandardEnding(Loop loop) {
        this.loop = loop;
    }

    void onError(Consumer<? super IOException> listener) {
        loop.checkThread();
        errorListener = Listeners.and(errorListener, listener);
    }

    void onClose(Runnable listener) {
        loop.checkThread();
        closeListener = Listeners.and(closeListener, listener);
    }

    boolean isOver() {
        return isOver;
    }

    /** False if it has begun before; the first error counts. */
    boolean begin(@Nullable IOException error) {
        loop.checkThread();
        boolean isFirst = !isOver;
        if (isFirst) {
            isOver = true;
            failure = error;
        }
        return isFirst;
    }

    void tell() {
        try {
            if (failure != null && errorListener != null) {
                errorListener.accept(failure);
            } else if (failure != null) {
                loop.uncaught(failure);
            }
        } finally {
            if (closeListener != null) {
                closeListener.run();
            }
        }
    }

    static IOException thrown(Throwable thrown) {
        String text = Failures.describe(thrown);
        return new IOException("a listener of the stream threw " + text, thrown);
    }
}
