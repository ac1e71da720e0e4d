package dev.millrace.conformance.chaos;

import java.util.List;

/** The words of a command line: {@code --name NUMBER}. */
record Words(List<String> words) {
    Words(String... words) {
        this(List.of(words));
    }

    boolean has(String name) {
        return words.contains(name);
    }

    long number(String name, long otherwise) {
        int at = words.indexOf(name);
        return at < 0 ? otherwise : Long.parseLong(words.get(at + 1));
    }
}
