package dev.millrace.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A program with its arguments and what it finds in its environment beside ours. */
record Command(List<String> words, Map<String, String> environment) {

    static Command of(String... words) {
        return new Command(List.of(words), Map.of());
    }

    static Command of(List<String> words) {
        return new Command(List.copyOf(words), Map.of());
    }

    Command with(Map<String, String> more) {
        return new Command(words, more);
    }

    Command pinnedTo(int cpu) {
        List<String> pinned = new ArrayList<>(List.of("taskset", "-c", Integer.toString(cpu)));
        pinned.addAll(words);
        return new Command(pinned, environment);
    }

    ProcessBuilder builder() {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().putAll(environment);
        return builder;
    }
}
