package dev.millrace.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/** The command's entry point. */
public final class Main {
    static final int OK = 0;
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    private Main() {}

    /** Runs the command line and ends the process with its status. */
    public static void main(String[] args) {
        Console.quietLoggers();
        int status = run(List.of(args));
        if (status != OK) {
            System.exit(status);
        }
    }

    /** Runs the command line; whatever goes wrong is one line on standard error. */
    static int run(List<String> words) {
        try {
            int status = dispatch(words, Console.out());
            Optional<String> lost = Console.lost();
            lost.ifPresent(why -> Console.complain("can't write to standard output: " + why));
            return status == OK && lost.isPresent() ? FAILED : status;
        } catch (UsageError e) {
            Console.complain(e.getMessage());
            return WRONG_USAGE;
        } catch (Failure e) {
            Console.complain(e.getMessage());
            return e.status();
        } catch (RuntimeException e) {
            Console.complain(Console.oneLine(e));
            return FAILED;
        }
    }

    private static int dispatch(List<String> words, PrintStream out) {
        if (words.isEmpty()) {
            out.print(Help.overview());
            return OK;
        }
        String first = words.getFirst();
        List<String> rest = words.subList(1, words.size());
        return switch (first) {
            case "-h", "--help" -> new HelpCommand().run(Arguments.none(), out);
            case "--version" -> new VersionCommand().run(Arguments.none(), out);
            default -> run(Commands.named(first), rest, out);
        };
    }

    private static int run(Command command, List<String> words, PrintStream out) {
        Arguments arguments = Arguments.parse(command, words);
        if (arguments.wantsHelp()) {
            out.print(Help.of(command));
            return OK;
        }
        return command.run(arguments, out);
    }
}
