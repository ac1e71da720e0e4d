package dev.millrace.conformance.plant;

/** How the tests of an entry run. */
record Surroundings(boolean isNio, boolean withFaults) {
    @Override
    public String toString() {
        return (isNio ? " on nio" : "") + (withFaults ? " with faults" : "");
    }
}
