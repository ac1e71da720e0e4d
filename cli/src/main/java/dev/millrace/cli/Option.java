package dev.millrace.cli;

/**
 * An option.
 *
 * @param letter the short form with its dash, or nothing
 * @param name with its two dashes
 * @param value what the help calls the value; nothing for a flag, which has none
 * @param help one line
 * @param isRepeatable whether it may be given several times
 */
record Option(String letter, String name, String value, String help, boolean isRepeatable) {

    /** With a value, and without a letter. */
    Option(String name, String value, String help) {
        this("", name, value, help, false);
    }

    /** With a letter and a value. */
    Option(String letter, String name, String value, String help) {
        this(letter, name, value, help, false);
    }

    /** Without a value. */
    static Option flag(String letter, String name, String help) {
        return new Option(letter, name, "", help, false);
    }

    Option repeatable() {
        return new Option(letter, name, value, help, true);
    }

    boolean isFlag() {
        return value.isEmpty();
    }

    /** As the help shows it: {@code -o, --output FILE}. */
    String form() {
        String names = letter.isEmpty() ? name : letter + ", " + name;
        return isFlag() ? names : names + " " + value;
    }
}
