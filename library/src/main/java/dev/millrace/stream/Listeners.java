package dev.millrace.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of an event, for those who implement streams: one, where a second would be a
 * mistake, or several, which are told in the order they came.
 *
 * <p>Each of several is told whatever the others do: what one throws is thrown when all were told,
 * and what others threw is suppressed in it. One that comes while they are told is not told.
 *
 * {@snippet class="dev.millrace.stream.StreamExamplesTest" region="listeners"}
 */
public final class Listeners {
    private Listeners() {}

    /**
     * The one listener of {@code event}.
     *
     * @throws IllegalStateException if there is one already
     */
    public static <L> L once(@Nullable L present, L listener, String event) {
        if (present != null) {
            throw new IllegalStateException(event + " has a listener already");
        }
        return Objects.requireNonNull(listener, "listener");
    }

    /** {@code listener}, behind those that are {@code present}. */
    public static Runnable and(@Nullable Runnable present, Runnable listener) {
        Objects.requireNonNull(listener, "listener");
        if (present == null) {
            return listener;
        }
        SeveralRunnables several =
                present instanceof SeveralRunnables more ? more : new SeveralRunnables(present);
        several.all.add(listener);
        return several;
    }

    /** As {@link #and(Runnable, Runnable)}, of listeners that are told something. */
    public static <T> Consumer<? super T> and(
            @Nullable Consumer<? super T> present, Consumer<? super T> listener) {
        Objects.requireNonNull(listener, "listener");
        if (present == null) {
            return listener;
        }
        SeveralConsumers<T> several = SeveralConsumers.of(present);
        several.all.add(listener);
        return several;
    }

    /** Tells all that are there now. */
    private static <L> void tell(List<L> listeners, Consumer<? super L> telling) {
        @Nullable Throwable thrown = null;
        int count = listeners.size();
        for (int at = 0; at < count; at++) {
            try {
                telling.accept(listeners.get(at));
            } catch (RuntimeException | Error failure) {
                if (thrown == null) {
                    thrown = failure;
                } else if (thrown != failure) {
                    thrown.addSuppressed(failure);
                }
            }
        }
        if (thrown instanceof Error error) {
            throw error;
        } else if (thrown != null) {
            throw (RuntimeException) thrown;
        }
    }

    private static final class SeveralRunnables implements Runnable {
        private final List<Runnable> all = new ArrayList<>(2);

        SeveralRunnables(Runnable first) {
            all.add(first);
        }

        @Override
        public void run() {
            tell(all, Runnable::run);
        }
    }

    private static final class SeveralConsumers<T> implements Consumer<T> {
        private final List<Consumer<? super T>> all = new ArrayList<>(2);

        /** {@code present}, if it is several already, or several with it as the first. */
        @SuppressWarnings("unchecked") // every listener of an event takes the same
        static <T> SeveralConsumers<T> of(Consumer<? super T> present) {
            if (present instanceof SeveralConsumers<?> more) {
                return (SeveralConsumers<T>) more;
            }
            SeveralConsumers<T> several = new SeveralConsumers<>();
            several.all.add(present);
            return several;
        }

        @Override
        public void accept(T event) {
            tell(all, one -> one.accept(event));
        }
    }
}
