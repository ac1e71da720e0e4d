package dev.millrace.cli;

/**
 * An option.
 *
 * @param name with its two dashes
 * @param value what the help calls the value; empty if it has none
 * @param help one line
 */
record Option(String name, String value, String help) {
    boolean hasValue() {
        return !value.isEmpty();
    }

    /** As it is typed, for instance {@code --port N}. */
    String form() {
        return hasValue() ? name + " " + value : name;
    }
}
