package dev.millrace.conformance.abuse;

/**
 * Something that was measured.
 *
 * @param what with its unit
 * @param value what it was
 * @param most what it may be
 */
record Figure(String what, double value, double most) {
    /** How much longer things may take in a build, whose tests run beside each other. */
    private static final int BUSY = 10;

    boolean isFine() {
        return value <= most;
    }

    /** As {@link #isFine}, but a time may be several times as long: where other programs run. */
    boolean isFineOnABusyMachine() {
        boolean isTime = what.endsWith(" ms") || what.endsWith(" s");
        return value <= (isTime ? BUSY * most : most);
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
