package dev.millrace.conformance;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;

/**
 * Runs command lines of {@code millrace} one after the other, as its main class would, and says
 * behind each on both streams how it ended. {@code Several} in the tests of the command starts it;
 * it is in another package than theirs, because that one belongs to a module here.
 */
public final class CommandLines {
    /** What no command says. */
    public static final String END = "\u0001";

    private CommandLines() {}

    /** Each argument is a command line, with its words a line each. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Class<?> command = Class.forName("dev.millrace.cli.Main");
        Method run = command.getDeclaredMethod("run", List.class);
        run.setAccessible(true);
        for (String line : arguments) {
            String end = END + status(run, List.of(line.split("\n", -1))) + "\n";
            System.out.print(end);
            System.out.flush();
            System.err.print(end);
            System.err.flush();
        }
        System.exit(0);
    }

    private static int status(Method run, List<String> words) throws ReflectiveOperationException {
        try {
            return (int) run.invoke(null, words);
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace();
            return -1;
        }
    }
}
