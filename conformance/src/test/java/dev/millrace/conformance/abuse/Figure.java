package dev.millrace.conformance.abuse;

/**
 * Something that was measured.
 *
 * @param what with its unit
 * @param value what it was
 * @param most what it may be
 */
record Figure(String what, double value, double most) {
    boolean isFine() {
        return value <= most;
    }

    /** {@code p99 ms 3.1 (50)}; what is too much is marked. */
    @Override
    public String toString() {
        return "%s %s%s (%s)".formatted(what, number(value), isFine() ? "" : "!", number(most));
    }

    private static String number(double number) {
        return number == Math.rint(number) ? "%.0f".formatted(number) : "%.1f".formatted(number);
    }
}
