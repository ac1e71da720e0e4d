package dev.millrace.cli;

import java.util.ArrayList;
import java.util.List;

/** Every command, in the order of the overview. */
final class Commands {
    private static final String TRAIN = "train";

    private Commands() {}

    static List<Command> all() {
        List<Command> all = new ArrayList<>(programs());
        all.add(new PsCommand());
        all.addAll(ControlCommand.all());
        all.addAll(List.of(new DoctorCommand(), new VersionCommand(), new HelpCommand()));
        return all;
    }

    private static List<Command> programs() {
        return List.of(
                new ServeCommand(),
                new HelloCommand(),
                new EchoCommand(),
                new ProxyCommand(),
                new ReflectCommand(),
                new GetCommand(),
                new BenchCommand(),
                new RunCommand(),
                new StartCommand());
    }

    /**
     * @throws UsageError if there is none, with the nearest one that there is
     */
    static Command named(String name) {
        for (Command command : all()) {
            if (command.name().equals(name)) {
                return command;
            }
        }
        if (name.equals(TRAIN)) {
            return new TrainCommand();
        }
        String what = name.startsWith("-") ? "option " : "command ";
        String hint = Nearest.hint(name, all().stream().map(Command::name).toList());
        throw new UsageError("unknown " + what + name + hint + "; see: millrace help");
    }
}
