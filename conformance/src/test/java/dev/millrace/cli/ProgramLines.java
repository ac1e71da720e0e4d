package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * How many lines of code the same program takes on Node and on millrace; blank lines, comments and
 * imports don't count. Prints the table of {@code conformance/programs/README.md}. Uses the JDK
 * alone: {@code conformance/lines} runs it as a source file.
 */
final class ProgramLines {
    static final double RATIO_MAX = 1.5;

    /** In {@code conformance/programs} and in {@code examples}. */
    record Program(String name, String node, String millrace) {}

    static final List<Program> PROGRAMS =
            List.of(
                    new Program("chat", "chat.js", "LineChat.java"),
                    new Program("Redis protocol", "redis.js", "Redis.java"),
                    new Program("forwarder", "forwarder.js", "StreamingCopy.java"),
                    new Program("SMTP", "smtp.js", "Smtp.java"),
                    new Program("REST", "rest.js", "Notes.java"),
                    new Program("DNS", "dns.js", "Dns.java"),
                    new Program("scheduler", "scheduler.js", "Scheduler.java"),
                    new Program("multi-core", "multicore.js", "MultiCore.java"),
                    new Program("SOCKS", "socks.js", "Socks.java"),
                    new Program("fetcher", "fetch.js", "Fetch.java"),
                    new Program("blocking dialogue", "quiz.js", "Quiz.java"));

    private ProgramLines() {}

    static int count(Path file) throws IOException {
        return (int)
                Files.readAllLines(file).stream()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .filter(line -> !line.matches("(//|/\\*|\\*).*"))
                        .filter(line ->
                                !line.matches("import .*|'use strict';|const .* = require\\(.*"))
                        .count();
    }

    static double ratio(Path root, Program program) throws IOException {
        double node = count(root.resolve("conformance/programs").resolve(program.node()));
        return count(root.resolve("examples").resolve(program.millrace())) / node;
    }

    static String table(Path root) throws IOException {
        StringBuilder table = new StringBuilder();
        table.append("| program | Node | lines | millrace | lines | ratio |\n");
        table.append("| --- | --- | --- | --- | --- | --- |\n");
        for (Program program : PROGRAMS) {
            Path node = root.resolve("conformance/programs").resolve(program.node());
            Path millrace = root.resolve("examples").resolve(program.millrace());
            table.append(
                    String.format(
                            Locale.ROOT,
                            "| %s | [%s](%s) | %d | [%s](../../examples/%s) | %d | %.2f |%n",
                            program.name(),
                            program.node(),
                            program.node(),
                            count(node),
                            program.millrace(),
                            program.millrace(),
                            count(millrace),
                            ratio(root, program)));
        }
        return table.toString();
    }

    public static void main(String[] arguments) throws IOException {
        System.out.print(table(Path.of(arguments.length > 0 ? arguments[0] : ".")));
    }
}
