package dev.millrace.cli;

import java.io.PrintStream;

/**
 * {@code millrace run}, of which only the help is here: the launcher script starts the JDK's source
 * launcher in this process's place.
 */
final class RunCommand implements Command {
    @Override
    public String name() {
        return "run";
    }

    @Override
    public String summary() {
        return "run a source file that uses the library";
    }

    @Override
    public String operand() {
        return "[--driver NAME] [--class-path PATH] FILE.java [ARGUMENT...]";
    }

    @Override
    public String notes() {
        return """
        The file may be a compact one: `import module dev.millrace;` and `void main() { ... }`.
        The name of a compact one is a class's too: hello_world.java, but not hello-world.java.
        What follows it goes to the program. The driver is epoll or nio. PATH is jars
        and folders with : between them, for what the program imports besides. Both have to come first.
        Without a locale that can write file names the program, and what it starts, gets LC_CTYPE=C.UTF-8,
        or LC_ALL where one is named that is not installed.
        """;
    }

    @Override
    public int run(Arguments arguments, PrintStream out) {
        throw new UsageError("run needs a source file, and the launcher: ./millrace run FILE.java");
    }
}
