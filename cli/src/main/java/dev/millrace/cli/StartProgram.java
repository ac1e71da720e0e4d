package dev.millrace.cli;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** {@code start --listen ADDRESS -- COMMAND}: any program, with sockets that are open already. */
final class StartProgram {
    private static final String LISTEN = "--listen";
    private static final String UNNAMED = "listen";

    private StartProgram() {}

    static int run(StartSettings settings, PrintStream out) {
        return ProgramRun.run(
                new ProgramPlan(
                        settings.words(),
                        sockets(settings),
                        settings.workers(),
                        ProgramPlan.SETTLED_AFTER,
                        ServerRun.FINISH_MAX),
                out);
    }

    /** {@code NAME=ADDRESS}, or an address alone. */
    private static SequencedMap<String, Endpoint> sockets(StartSettings settings) {
        SequencedMap<String, Endpoint> sockets = new LinkedHashMap<>();
        for (String text : settings.listen()) {
            // An address has a colon in front of any such sign.
            int equals = text.indexOf(':') < text.indexOf('=') ? -1 : text.indexOf('=');
            String address = text.substring(equals + 1);
            String number = sockets.isEmpty() ? "" : String.valueOf(sockets.size() + 1);
            String name = equals < 0 ? UNNAMED + number : text.substring(0, equals);
            if (sockets.put(name, Endpoint.parse(LISTEN, address, 0)) != null) {
                throw new UsageError(LISTEN + " " + text + ": the name is given twice");
            }
        }
        return sockets;
    }
}
