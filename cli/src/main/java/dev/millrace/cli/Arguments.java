package dev.millrace.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What followed a command: options as {@code --name value}, {@code --name=value} or {@code --name},
 * and operands. A lone {@code --} ends the options.
 *
 * <p>Our own few lines, because a library for it was measured: picocli took more time at each start
 * than everything else of a server's start together.
 */
final class Arguments {
    /** Which operand is one too many. */
    private static final List<String> PLACES = List.of("", "second ", "third ");

    private final Map<String, String> values = new LinkedHashMap<>();
    private final List<String> operands = new ArrayList<>();
    private boolean wantsHelp;

    private Arguments() {}

    static Arguments none() {
        return new Arguments();
    }

    /**
     * @throws UsageError if something does not belong to {@code command}
     */
    static Arguments parse(Command command, List<String> words) {
        Arguments arguments = new Arguments();
        boolean areOptionsOver = false;
        for (int at = 0; at < words.size(); at++) {
            String word = words.get(at);
            if (areOptionsOver || !word.startsWith("-") || word.equals("-")) {
                arguments.addOperand(command, word);
            } else if (word.equals("--")) {
                areOptionsOver = true;
            } else if (word.equals("--help") || word.equals("-h")) {
                arguments.wantsHelp = true;
            } else {
                at += arguments.addOption(command, words, at);
            }
        }
        return arguments;
    }

    private void addOperand(Command command, String word) {
        if (operands.size() == command.operandsMax()) {
            String which = PLACES.get(operands.size());
            throw new UsageError(
                    command.name() + " takes no " + which + "operand: " + word + seeHelp(command));
        }
        operands.add(word);
    }

    /** Answers how many further words it took. */
    private int addOption(Command command, List<String> words, int at) {
        String word = words.get(at);
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        List<String> known = command.options().stream().map(Option::name).toList();
        if (!known.contains(name)) {
            throw new UsageError(
                    "unknown option " + name + Nearest.hint(name, known) + seeHelp(command));
        }
        if (values.containsKey(name)) {
            throw new UsageError(name + " is given twice" + seeHelp(command));
        }
        boolean hasValue = command.options().get(known.indexOf(name)).hasValue();
        if (!hasValue) {
            if (equals >= 0) {
                throw new UsageError(name + " takes no value" + seeHelp(command));
            }
            values.put(name, "");
            return 0;
        }
        if (equals < 0 && at + 1 == words.size()) {
            throw new UsageError(name + " needs a value" + seeHelp(command));
        }
        values.put(name, equals < 0 ? words.get(at + 1) : word.substring(equals + 1));
        return equals < 0 ? 1 : 0;
    }

    private static String seeHelp(Command command) {
        return "; see: millrace help " + command.name();
    }

    boolean wantsHelp() {
        return wantsHelp;
    }

    /** What is no option. */
    Optional<String> operand() {
        return operands.isEmpty() ? Optional.empty() : Optional.of(operands.getFirst());
    }

    /** All that is no option, in its order. */
    List<String> operands() {
        return List.copyOf(operands);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** Whether an option is there that has no value. */
    boolean isGiven(String name) {
        return values.containsKey(name);
    }

    /** A whole number from {@code least} to {@code most}. */
    Optional<Integer> number(String name, int least, int most, String remedy) {
        return value(
                name,
                text -> {
                    long number = Units.parseDigits(text);
                    if (number < least || number > most) {
                        throw new IllegalArgumentException(remedy);
                    }
                    return (int) number;
                });
    }

    Optional<Duration> duration(String name) {
        return value(name, Units::parseDuration);
    }

    Optional<Long> bytes(String name) {
        return value(name, Units::parseBytes);
    }

    /** {@code read} throws IllegalArgumentException with what would be right. */
    private <T> Optional<T> value(String name, Function<String, T> read) {
        String text = values.get(name);
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(read.apply(text));
        } catch (IllegalArgumentException e) {
            throw new UsageError(name + " " + text + ": " + e.getMessage());
        }
    }
}
