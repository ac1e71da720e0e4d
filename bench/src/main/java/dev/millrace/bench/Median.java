package dev.millrace.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Medians over rounds: one disturbed round does not move them. */
final class Median {

    private Median() {}

    static double of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    static <T> double of(List<T> rounds, ToDoubleFunction<T> value) {
        return of(rounds.stream().mapToDouble(value).toArray());
    }

    /** The median of each round's own ratio: what slows a whole round down cancels out. */
    static <T> double ratio(List<T> rounds, List<T> base, ToDoubleFunction<T> value) {
        int n = Math.min(rounds.size(), base.size());
        return of(
                IntStream.range(0, n)
                        .mapToDouble(i ->
                                value.applyAsDouble(rounds.get(i))
                                        / value.applyAsDouble(base.get(i)))
                        .toArray());
    }
}
