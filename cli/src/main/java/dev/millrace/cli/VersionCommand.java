package dev.millrace.cli;

import java.io.PrintStream;

/** {@code millrace version}. */
final class VersionCommand implements Command {
    @Override
    public String name() {
        return "version";
    }

    @Override
    public String summary() {
        return "print the version";
    }

    @Override
    public int run(Arguments arguments, PrintStream out) {
        out.println("millrace " + Version.text());
        return Main.OK;
    }
}
