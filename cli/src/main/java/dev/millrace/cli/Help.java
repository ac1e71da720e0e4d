package dev.millrace.cli;

/** Help texts, made of what the commands say about themselves. */
final class Help {
    private Help() {}

    static String overview() {
        StringBuilder text = new StringBuilder("Usage: millrace COMMAND [OPTION...]\n\n");
        int width = Commands.all().stream().mapToInt(one -> heading(one).length()).max().orElse(0);
        for (Command command : Commands.all()) {
            String heading = heading(command);
            text.append("  ").append(heading).append(" ".repeat(width - heading.length()));
            text.append(' ').append(command.summary()).append('\n');
        }
        return text.append("\nmillrace help COMMAND lists its options.\n").toString();
    }

    static String of(Command command) {
        boolean hasOptions = !command.options().isEmpty();
        StringBuilder text = new StringBuilder("Usage: millrace ").append(command.name());
        text.append(hasOptions ? " [OPTION...]" : "");
        text.append(command.operand().isEmpty() ? "" : " " + command.operand());
        String summary = command.summary();
        text.append("\n\n").append(Character.toUpperCase(summary.charAt(0)));
        text.append(summary, 1, summary.length()).append(".\n");
        text.append(command.notes().isEmpty() ? "" : "\n" + command.notes());
        if (hasOptions) {
            text.append('\n');
            for (Option option : command.options()) {
                text.append("  %-26s %s%n".formatted(option.form(), option.help()));
            }
        }
        return text.toString();
    }

    private static String heading(Command command) {
        // The short form, which fits the column.
        String operand = command.operand().replaceAll("\\[--[^]]*] | \\[(?:-- )?ARGUMENT...]", "");
        return operand.isEmpty() ? command.name() : command.name() + " " + operand;
    }
}
