package dev.millrace.cli;

import java.io.PrintStream;

/** {@code millrace help [COMMAND]}. */
final class HelpCommand implements Command {
    @Override
    public String name() {
        return "help";
    }

    @Override
    public String summary() {
        return "explain a command";
    }

    @Override
    public String operand() {
        return "[COMMAND]";
    }

    @Override
    public int run(Arguments arguments, PrintStream out) {
        out.print(
                arguments
                        .operand()
                        .map(name -> Help.of(Commands.named(name)))
                        .orElseGet(Help::overview));
        return Main.OK;
    }
}
