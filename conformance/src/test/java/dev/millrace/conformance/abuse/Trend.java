package dev.millrace.conformance.abuse;

import java.util.List;

/**
 * Whether something grows: the slope of a straight line through samples that are equally far apart,
 * by least squares.
 *
 * @param name with its unit
 * @param samples in their order
 * @param most how much it may have grown from the first to the last
 */
record Trend(String name, List<Double> samples, double most) {

    /** From one sample to the next. */
    double slope() {
        int count = samples.size();
        double middle = (count - 1) / 2.0;
        double mean = samples.stream().mapToDouble(one -> one).average().orElse(0);
        double product = 0;
        double square = 0;
        for (int at = 0; at < count; at++) {
            product += (at - middle) * (samples.get(at) - mean);
            square += (at - middle) * (at - middle);
        }
        return square == 0 ? 0 : product / square;
    }

    /** What the line has risen by. */
    double growth() {
        return slope() * (samples.size() - 1);
    }

    boolean isFlat() {
        return growth() <= most;
    }

    @Override
    public String toString() {
        return "%-4s %-12s from %.1f to %.1f, slope %+.4f a sample, %+.2f in all (%.0f)"
                .formatted(
                        isFlat() ? "PASS" : "FAIL",
                        name,
                        samples.getFirst(),
                        samples.getLast(),
                        slope(),
                        growth(),
                        most);
    }
}
