package dev.millrace.files;

import dev.millrace.loop.Loop;
import dev.millrace.stream.Listeners;
import dev.millrace.turn.Failures;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a file's stream ends, each step once and in this order: it does no more; its file is closed;
 * its error is told, if it has one; the streams that it is joined with hear that it is gone; its
 * close is told. A listener for the error can so still use what the stream was piped to.
 */
final class FileEnding {
    private final Loop loop;
    private @Nullable Consumer<? super IOException> errorListener;
    private @Nullable Runnable closeListener;
    private @Nullable IOException failure;
    private boolean isOver;
    private boolean isTold;

    FileEnding(Loop loop) {
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

    /** Whether it has begun. */
    boolean isOver() {
        return isOver;
    }

    /** Whether it has begun with an error that was not told yet. */
    boolean isFailing() {
        return failure != null && !isTold;
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

    /** {@code left} tells the streams that it is joined with. */
    void tell(@Nullable IOException ofClosing, Runnable left) {
        IOException error = failure == null ? ofClosing : failure;
        isTold = true;
        try {
            if (error != null && errorListener != null) {
                errorListener.accept(error);
            } else if (error != null) {
                loop.uncaught(error);
            }
        } finally {
            try {
                left.run();
            } finally {
                if (closeListener != null) {
                    closeListener.run();
                }
            }
        }
    }

    static IOException thrown(Throwable thrown) {
        String text = Failures.describe(thrown);
        return new IOException("a listener of the stream threw " + text, thrown);
    }
}
