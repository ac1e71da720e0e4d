package dev.millrace.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What goes to the terminal, and how: results on standard output, complaints as one line each on
 * standard error, both in UTF-8 whatever the locale says. There is no colour, so nothing has to ask
 * for a terminal or for NO_COLOR.
 */
final class Console {
    private static final String ONE_LINE = "%1$tT %4$s %5$s%6$s%n";

    private static final Out OUT = new Out();

    private Console() {}

    static PrintStream out() {
        return new PrintStream(OUT, true, StandardCharsets.UTF_8);
    }

    /**
     * Why standard output did not take everything; empty if it did, or if its reader has seen
     * enough, as {@code head} has.
     */
    static Optional<String> lost() {
        return Optional.ofNullable(OUT.failure).filter(text -> !text.contains("Broken pipe"));
    }

    /** Standard output that remembers its first failure: PrintStream says no more than that. */
    private static final class Out extends FileOutputStream {
        private @Nullable String failure;

        Out() {
            super(FileDescriptor.out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                super.write(bytes, offset, length);
            } catch (IOException e) {
                failure = failure == null ? oneLine(e) : failure;
                throw e;
            }
        }
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
