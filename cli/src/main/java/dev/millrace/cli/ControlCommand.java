package dev.millrace.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code reload}, {@code stop} and {@code replace}: one line to a program that runs. */
final class ControlCommand implements Command {
    private static final String LIMIT = "--limit";

    private final String name;
    private final String summary;

    private ControlCommand(String name, String summary) {
        this.name = name;
        this.summary = summary;
    }

    static List<Command> all() {
        return List.of(
                new ControlCommand("reload", "replace the workers of a program by new ones"),
                new ControlCommand("stop", "end a program in order"),
                new ControlCommand("replace", "replace the first process of a program as well"));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public List<Option> options() {
        Option control = PsCommand.control();
        return name.equals("stop")
                ? List.of(control, new Option(LIMIT, "TIME", "for what is in flight (default 10s)"))
                : List.of(control);
    }

    @Override
    public String notes() {
        return PsCommand.NOTES;
    }

    @Override
    public int run(Arguments arguments, PrintStream out) {
        Path path = ControlRequest.choose(ClusterSettings.control(arguments), ControlPlace.usual());
        String request =
                arguments.has(LIMIT)
                        ? name + " " + arguments.duration(LIMIT).orElseThrow().toMillis()
                        : name;
        for (Map<String, String> line : ControlRequest.send(path, request)) {
            out.println(text(line));
        }
        return Main.OK;
    }

    /** {@code replaced 2, killed 0, took_ms 812}. */
    private static String text(Map<String, String> line) {
        return String.join(
                ", ",
                line.entrySet().stream()
                        .map(word -> word.getKey() + " " + word.getValue())
                        .toList());
    }
}
