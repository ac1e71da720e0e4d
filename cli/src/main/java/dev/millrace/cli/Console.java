package dev.millrace.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * What goes to the terminal, and how: results on standard output, complaints as one line each on
 * standard error, both in UTF-8 whatever the locale says. There is no colour, so nothing has to ask
 * for a terminal or for NO_COLOR.
 */
final class Console {
    private static final String ONE_LINE = "%1$tT %4$s %5$s%6$s%n";

    private Console() {}

    static PrintStream out() {
        return new PrintStream(
                new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    }

    /** One line on standard error, in one write. */
    static void complain(String text) {
        byte[] line = ("millrace: " + text + "\n").getBytes(StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err));
        err.write(line, 0, line.length);
        err.flush();
    }

    /** An exception without its stack, and without the line breaks its message may have. */
    static String oneLine(Throwable thrown) {
        String message = thrown.getMessage();
        return (message == null ? thrown.toString() : message).replaceAll("\\s*\\R\\s*", " ");
    }

    /**
     * One line for each record, by the properties that java.logging's formatter and the plain
     * logger of java.base read when something is logged at all: nothing is loaded for it here.
     */
    static void quietLoggers() {
        System.setProperty("java.util.logging.SimpleFormatter.format", ONE_LINE);
        System.setProperty("jdk.system.logger.format", ONE_LINE);
    }
}
