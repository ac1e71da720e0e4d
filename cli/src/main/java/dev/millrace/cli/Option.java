package dev.millrace.cli;

/**
 * An option with a value.
 *
 * @param name with its two dashes
 * @param value what the help calls the value
 * @param help one line
 */
record Option(String name, String value, String help) {}
