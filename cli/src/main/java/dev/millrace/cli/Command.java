package dev.millrace.cli;

import java.io.PrintStream;
import java.util.List;

/** One word of the command line that does something. */
interface Command {
    /** The word. */
    String name();

    /** One line for the overview. */
    String summary();

    /** What may follow the word and is no option, as the help shows it; empty for nothing. */
    default String operand() {
        return "";
    }

    /** How many of them there may be. */
    default int operandsMax() {
        return operand().isEmpty() ? 0 : 1;
    }

    /** Options besides {@code --help}. */
    default List<Option> options() {
        return List.of();
    }

    /** Further lines of its help. */
    default String notes() {
        return "";
    }

    /**
     * Does it.
     *
     * @return the exit status
     */
    int run(Arguments arguments, PrintStream out);
}
