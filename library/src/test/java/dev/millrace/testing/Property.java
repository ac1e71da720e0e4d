package dev.millrace.testing;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A statement that holds whatever is drawn. It is tried on as many cases as every build has time
 * for, always the same ones. {@code -Dmillrace.cases=100000} tries more, {@code -Dmillrace.seed=N}
 * others. A case that breaks it is made smaller by halving, first in length and then in numbers, as
 * long as it breaks the statement; the error shows the last one, and the seed of the first.
 */
public final class Property {
    private static final int CASES = Integer.getInteger("millrace.cases", 200);
    private static final long SEED = Long.getLong("millrace.seed", 9112);
    private static final int TRIES_MAX = 3000;

    private final Consumer<Choices> statement;
    private int triesLeft = TRIES_MAX;

    private Property(Consumer<Choices> statement) {
        this.statement = statement;
    }

    /** Fails with the smallest case that was found for which {@code statement} throws. */
    public static void verify(Consumer<Choices> statement) {
        verify(CASES, SEED, statement);
    }

    static void verify(int cases, long seed, Consumer<Choices> statement) {
        Property property = new Property(statement);
        for (long at = seed; at < seed + cases; at++) {
            Choices choices = Choices.random(at);
            if (property.failure(choices) != null) {
                throw property.error(at, property.smallest(choices.drawn()));
            }
        }
    }

    private @Nullable Throwable failure(Choices choices) {
        try {
            statement.accept(choices);
            return null;
        } catch (AssertionError | RuntimeException e) {
            return e;
        }
    }

    private AssertionError error(long seed, int... numbers) {
        Throwable cause = failure(Choices.given(numbers));
        String text =
                "-Dmillrace.seed=%d -Dmillrace.cases=1 breaks it; made smaller, by %s:%n%s"
                        .formatted(seed, Arrays.toString(numbers), cause);
        return new AssertionError(text, cause);
    }

    private int[] smallest(int... first) {
        int[] best = first;
        boolean isBetter = true;
        while (isBetter && triesLeft > 0) {
            isBetter = false;
            for (int part = best.length; part > 0; part /= 2) {
                for (int from = 0; from + part <= best.length; from += part) {
                    int[] shorter = without(best, from, part);
                    if (breaks(shorter)) {
                        best = shorter;
                        isBetter = true;
                        from -= part;
                    }
                }
            }
            for (int at = 0; at < best.length; at++) {
                int[] lower = best.clone();
                for (int step = best[at]; step > 0; step /= 2) {
                    lower[at] = best[at] - step;
                    boolean isLower = lower[at] >= 0 && breaks(lower);
                    best = isLower ? lower.clone() : best;
                    isBetter |= isLower;
                }
            }
        }
        return best;
    }

    private boolean breaks(int... numbers) {
        return triesLeft-- > 0 && failure(Choices.given(numbers)) != null;
    }

    private static int[] without(int[] numbers, int from, int count) {
        int[] rest = Arrays.copyOf(numbers, numbers.length - count);
        System.arraycopy(numbers, from + count, rest, from, rest.length - from);
        return rest;
    }
}
