package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How this project's own servers are started: the one place that knows the command line. */
final class Millrace {

    static final String NAME = "millrace";

    /** Heap and collector for every JVM that is measured, ours and the peers'. */
    static final List<String> JVM_OPTIONS =
            List.of("-Xms256m", "-Xmx1g", "-XX:+UseSerialGC", "-XX:-UsePerfData");

    private static final String MAIN = "dev.millrace.cli/dev.millrace.cli.Main";

    private final Layout layout;

    Millrace(Layout layout) {
        this.layout = layout;
    }

    /** The JVM itself, as the launcher script would start it. */
    Command direct(Service service, Endpoint at) throws LeftOut, IOException {
        Path modules = layout.root().resolve("cli/target/app");
        if (!Files.isDirectory(modules)) {
            throw new LeftOut(NAME + ": not built, run ./build package");
        }
        List<String> words = new ArrayList<>();
        words.add(java());
        words.addAll(JVM_OPTIONS);
        words.addAll(
                List.of(
                        "--enable-native-access=dev.millrace",
                        "-p",
                        modules.toString(),
                        "-m",
                        MAIN));
        words.addAll(arguments(service, at));
        return Command.of(words);
    }

    /** The launcher script, as a user would start it. */
    Command launcher(Service service, Endpoint at) throws LeftOut, IOException {
        Path script = layout.root().resolve("millrace");
        if (!Files.isExecutable(script)) {
            throw new LeftOut("millrace-command: there is no launcher script");
        }
        List<String> words = new ArrayList<>(List.of(script.toString()));
        words.addAll(arguments(service, at));
        return Command.of(words);
    }

    private List<String> arguments(Service service, Endpoint at) throws IOException {
        if (service == Service.FILE) {
            String folder = Requests.folder(layout).toString();
            return List.of("serve", folder, "--host", "127.0.0.1", "--port", at.text());
        }
        String command = service == Service.ECHO ? "echo" : "hello";
        return List.of(command, at.unix() ? "--unix" : "--port", at.text());
    }

    /** The JVM that runs this very program: one found by the script, new enough for every peer. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
