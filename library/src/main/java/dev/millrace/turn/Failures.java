package dev.millrace.turn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
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

    /** Whether there is one, so that the run goes on. */
    public boolean hasListener() {
        return listener != null;
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
            attach(again, thrown);
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
        } else {
            attach(fatal, thrown);
        }
    }

    /** Attaches {@code also}, which a listener may have thrown on as it came. */
    public static void attach(Throwable thrown, Throwable also) {
        if (thrown != also) {
            thrown.addSuppressed(also);
        }
    }

    /** What {@code thrown} says of itself, whose {@code toString} is a user's and may throw. */
    public static String describe(Throwable thrown) {
        try {
            return thrown.toString();
        } catch (VirtualMachineError fatal) {
            throw fatal;
        } catch (RuntimeException | Error unprintable) {
            return thrown.getClass().getName();
        }
    }

    /** Whether the run has to end, to throw what was thrown. */
    boolean isFatal() {
        return fatal != null;
    }

    /** Logs {@code thrown}, or its class alone where it can't be printed. */
    public static void log(System.Logger logger, String text, Throwable thrown) {
        try {
            logger.log(System.Logger.Level.ERROR, text, thrown);
        } catch (VirtualMachineError fatal) {
            throw fatal;
        } catch (RuntimeException | Error unprintable) {
            logger.log(System.Logger.Level.ERROR, text + ": " + thrown.getClass().getName());
        }
    }

    /**
     * What was made on another thread, by work off the loop for instance, gets the stack of this
     * one behind its own: it is thrown here, and a reader looks for the place.
     */
    private static void addTrace(Throwable thrown) {
        StackTraceElement[] there = thrown.getStackTrace();
        StackTraceElement[] here = new Throwable().getStackTrace();
        if (there.length > 0 && !there[there.length - 1].equals(here[here.length - 1])) {
            StackTraceElement[] both = Arrays.copyOf(there, there.length + here.length);
            System.arraycopy(here, 0, both, there.length, here.length);
            thrown.setStackTrace(both);
        }
    }

    /** Throws what ends the run, if anything does. */
    public void rethrow() {
        Throwable thrown = fatal;
        fatal = null;
        if (thrown == null) {
            // Not a case of the switch: linking that one would cost each program that ends well.
            return;
        }
        addTrace(thrown);
        switch (thrown) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case IOException e -> throw new UncheckedIOException(e.getMessage(), e);
            default -> throw new IllegalStateException(thrown);
        }
    }
}
