package dev.millrace.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What followed a command: options as {@code --name value} or {@code --name=value}, those without a
 * value as {@code --name}, and operands. Where an option has a letter, {@code -o value}, {@code
 * -ovalue} and several letters at once ({@code -iO}) mean the same. A lone {@code --} ends the
 * options.
 *
 * <p>Our own few lines, because a library for it was measured: picocli took more time at each start
 * than everything else of a server's start together.
 */
final class Arguments {
    /** Which operand is one too many. */
    private static final List<String> PLACES = List.of("", "second ", "third ");

    private final Map<String, List<String>> values = new LinkedHashMap<>();
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
        Optional<Option> lettered =
                word.startsWith("--") ? Optional.empty() : byLetter(command, word);
        if (lettered.isPresent()) {
            return addLetters(command, lettered.get(), words, at);
        }
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        Option option = named(command, name);
        if (option.isFlag() && equals >= 0) {
            throw new UsageError(name + " takes no value" + seeHelp(command));
        }
        if (option.isFlag() || equals >= 0) {
            add(command, option, equals < 0 ? "" : word.substring(equals + 1));
            return 0;
        }
        return addNext(command, option, words, at);
    }

    private static Option named(Command command, String name) {
        List<Option> options = command.options();
        List<String> known = options.stream().map(Option::name).toList();
        if (!known.contains(name)) {
            throw new UsageError(
                    "unknown option " + name + Nearest.hint(name, known) + seeHelp(command));
        }
        return options.get(known.indexOf(name));
    }

    /** The option whose letter {@code word} begins with, a dash before it. */
    private static Optional<Option> byLetter(Command command, String word) {
        String letter = word.substring(0, 2);
        return command.options().stream().filter(one -> one.letter().equals(letter)).findFirst();
    }

    /** {@code -iO}, {@code -oFILE} or {@code -o FILE}. */
    private int addLetters(Command command, Option first, List<String> words, int at) {
        String rest = words.get(at).substring(2);
        if (!first.isFlag()) {
            if (rest.isEmpty()) {
                return addNext(command, first, words, at);
            }
            add(command, first, rest);
            return 0;
        }
        add(command, first, "");
        if (rest.isEmpty()) {
            return 0;
        }
        String others = "-" + rest;
        Option next =
                byLetter(command, others)
                        .orElseThrow(() ->
                                new UsageError(
                                        "unknown option "
                                                + others.substring(0, 2)
                                                + seeHelp(command)));
        List<String> split = new ArrayList<>(words);
        split.set(at, others);
        return addLetters(command, next, split, at);
    }

    /** The value is the next word. */
    private int addNext(Command command, Option option, List<String> words, int at) {
        if (at + 1 == words.size()) {
            throw new UsageError(option.name() + " needs a value" + seeHelp(command));
        }
        add(command, option, words.get(at + 1));
        return 1;
    }

    private void add(Command command, Option option, String value) {
        List<String> given = values.computeIfAbsent(option.name(), name -> new ArrayList<>());
        if (!given.isEmpty() && !option.isRepeatable()) {
            throw new UsageError(option.name() + " is given twice" + seeHelp(command));
        }
        given.add(value);
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

    /** Whether an option is there. */
    boolean has(String name) {
        return values.containsKey(name);
    }

    /** The values of an option that may be given several times, in their order. */
    List<String> texts(String name) {
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    Optional<String> text(String name) {
        return texts(name).stream().findFirst();
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
    <T> Optional<T> value(String name, Function<String, T> read) {
        Optional<String> text = text(name);
        try {
            return text.map(read);
        } catch (IllegalArgumentException e) {
            throw new UsageError(name + " " + text.orElse("") + ": " + e.getMessage());
        }
    }
}
