package dev.millrace.cli;

import java.io.PrintStream;

/** A command that serves until a signal ends it. */
interface ServerCommand extends Command {
    /** Reads the arguments; nothing is opened yet. */
    ServerRun prepare(Arguments arguments);

    @Override
    default int run(Arguments arguments, PrintStream out) {
        prepare(arguments).run(out);
        return Main.OK;
    }
}
