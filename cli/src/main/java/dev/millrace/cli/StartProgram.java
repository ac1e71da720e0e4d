package dev.millrace.cli;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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
                        settings.isWatching() ? files(settings.words()) : List.of(),
                        settings.control(),
                        ProgramPlan.SETTLED_AFTER,
                        ServerRun.FINISH_MAX),
                out);
    }

    /** Those words of a command that name files: its program, and what it is to run. */
    private static List<Path> files(List<String> words) {
        List<Path> files = words.stream().map(Path::of).filter(Files::isRegularFile).toList();
        if (files.isEmpty()) {
            throw new UsageError(
                    "--watch: no word of the command is a file; name the file that it runs");
        }
        return files;
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
