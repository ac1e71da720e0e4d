package dev.millrace.conformance.plant;

/**
 * How the tests of an entry run.
 *
 * @param isLaunched whether what they start by {@code ./millrace} has the mistake as well
 */
record Surroundings(boolean isNio, boolean withFaults, boolean isLaunched) {
    static final Surroundings PLAIN = new Surroundings(false, false, false);

    @Override
    public String toString() {
        return (isNio ? " on nio" : "")
                + (withFaults ? " with faults" : "")
                + (isLaunched ? " launched" : "");
    }
}
