package dev.millrace.cli;

import java.io.PrintStream;
import java.util.List;

/** {@code millrace start}: a program in several processes that share what it listens on. */
final class StartCommand implements Command {
    @Override
    public String name() {
        return "start";
    }

    @Override
    public String summary() {
        return "run a program in several processes that share its ports";
    }

    @Override
    public String operand() {
        return "FILE.java [-- ARGUMENT...]";
    }

    @Override
    public int operandsMax() {
        return Integer.MAX_VALUE;
    }

    @Override
    public List<Option> options() {
        return StartSettings.options();
    }

    @Override
    public String notes() {
        return """
        FILE.java is a program as millrace run has it; it is compiled once, and runs without a change:
        whatever its loop listens on is shared. What follows -- goes to the program.
        millrace start --listen tcp://127.0.0.1:8080 -- COMMAND ARGUMENT...
        runs any other program, which gets the sockets from descriptor 3 on, as from systemd: LISTEN_FDS,
        LISTEN_FDNAMES and LISTEN_PID. An address is tcp://HOST:PORT or unix:PATH, with NAME= in front.
        Workers that end are replaced, but for those that end with status 0. SIGHUP, or with --watch a
        change of the files, replaces them one after the other by new ones; FILE.java is compiled first,
        and when it does not compile what runs stays.
        """;
    }

    @Override
    public int run(Arguments arguments, PrintStream out) {
        StartSettings settings = StartSettings.read(arguments);
        return settings.listen().isEmpty()
                ? StartSource.run(settings, out)
                : StartProgram.run(settings, out);
    }
}
