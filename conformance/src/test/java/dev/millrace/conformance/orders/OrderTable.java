package dev.millrace.conformance.orders;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One scenario as its text file shows it: what each actor told, Node's words in the left column and
 * millrace's in the right, and a reason behind each stretch where they differ.
 *
 * <pre>
 *   # R14: what was written before a connection that is refused
 *   # Node v20.20.2                | millrace
 *   client
 *     error ECONNREFUSED           | error ECONNREFUSED
 *     close after error            |
 *     first written ERR_X          | first written ECONNREFUSED
 *       why: a write is answered before the close
 * </pre>
 *
 * Words of different actors have no order between them: that is the kernel's.
 */
final class OrderTable {
    static final String UNKNOWN = "?";
    private static final String WHY = "    why: ";
    private static final int COLUMN = 40;

    /** Equal words, or a stretch of different ones with its reason. */
    record Stretch(List<String> node, List<String> millrace, String why) {
        boolean isEqual() {
            return node.equals(millrace);
        }
    }

    private final String title;
    private final String nodeVersion;
    private final Map<String, List<Stretch>> actors;

    private OrderTable(String title, String nodeVersion, Map<String, List<Stretch>> actors) {
        this.title = title;
        this.nodeVersion = nodeVersion;
        this.actors = actors;
    }

    /** Without a word yet. */
    static OrderTable empty(String title) {
        return new OrderTable(title, UNKNOWN, Map.of());
    }

    static OrderTable parse(List<String> lines) {
        String title = lines.get(0).substring(2);
        String version = left(lines.get(1)).substring("# Node ".length());
        Map<String, List<Stretch>> actors = new LinkedHashMap<>();
        List<Stretch> stretches = new ArrayList<>();
        List<String> node = new ArrayList<>();
        List<String> millrace = new ArrayList<>();
        for (String line : lines.subList(2, lines.size())) {
            if (line.startsWith(WHY)) {
                String why = line.substring(WHY.length());
                stretches.add(new Stretch(List.copyOf(node), List.copyOf(millrace), why));
                node.clear();
                millrace.clear();
            } else if (!line.startsWith(" ")) {
                stretches = new ArrayList<>();
                actors.put(line, stretches);
            } else if (left(line).equals(right(line))) {
                stretches.add(new Stretch(List.of(left(line)), List.of(right(line)), ""));
            } else {
                addWord(node, left(line));
                addWord(millrace, right(line));
            }
        }
        if (!node.isEmpty() || !millrace.isEmpty()) {
            throw new IllegalArgumentException(title + ": a difference without a why");
        }
        return new OrderTable(title, version, actors);
    }

    private static void addWord(List<String> words, String word) {
        if (!word.isEmpty()) {
            words.add(word);
        }
    }

    private static String left(String line) {
        return line.substring(0, line.indexOf('|')).strip();
    }

    private static String right(String line) {
        return line.substring(line.indexOf('|') + 1).strip();
    }

    Map<String, List<String>> node() {
        Map<String, List<String>> words = new LinkedHashMap<>();
        actors.forEach((actor, stretches) ->
                words.put(actor, stretches.stream().flatMap(one -> one.node().stream()).toList()));
        return words;
    }

    Map<String, List<String>> millrace() {
        Map<String, List<String>> words = new LinkedHashMap<>();
        actors.forEach((actor, stretches) ->
                words.put(
                        actor,
                        stretches.stream().flatMap(one -> one.millrace().stream()).toList()));
        return words;
    }

    String nodeVersion() {
        return nodeVersion;
    }

    OrderTable withNode(String title, String version, Map<String, List<String>> node) {
        return new OrderTable(title, version, merged(node, millrace()));
    }

    OrderTable withMillrace(Map<String, List<String>> millrace) {
        return new OrderTable(title, nodeVersion, merged(node(), millrace));
    }

    /** Reasons stay with the stretches that are as they were. */
    private Map<String, List<Stretch>> merged(
            Map<String, List<String>> node, Map<String, List<String>> millrace) {
        Set<String> names = new LinkedHashSet<>(node.keySet());
        names.addAll(millrace.keySet());
        Map<String, List<Stretch>> merged = new LinkedHashMap<>();
        for (String name : names) {
            List<String> left = node.getOrDefault(name, List.of());
            List<String> right = millrace.getOrDefault(name, List.of());
            List<Stretch> known = actors.getOrDefault(name, List.of());
            List<Stretch> stretches = new ArrayList<>();
            for (Stretch one : compared(left, right)) {
                stretches.add(
                        known.stream()
                                .filter(old -> old.node().equals(one.node()))
                                .filter(old -> old.millrace().equals(one.millrace()))
                                .findFirst()
                                .orElse(one));
            }
            merged.put(name, stretches);
        }
        return merged;
    }

    /** Along the longest words that both have in the same order. */
    private static List<Stretch> compared(List<String> left, List<String> right) {
        int[][] common = new int[left.size() + 1][right.size() + 1];
        for (int i = left.size() - 1; i >= 0; i--) {
            for (int j = right.size() - 1; j >= 0; j--) {
                common[i][j] =
                        left.get(i).equals(right.get(j))
                                ? common[i + 1][j + 1] + 1
                                : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<Stretch> stretches = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < left.size() || j < right.size()) {
            int fromI = i;
            int fromJ = j;
            boolean isEqual = isSame(left, i, right, j);
            while (!isSame(left, i, right, j) && (i < left.size() || j < right.size())) {
                if (j == right.size() || i < left.size() && common[i + 1][j] >= common[i][j + 1]) {
                    i++;
                } else {
                    j++;
                }
            }
            if (isEqual) {
                i++;
                j++;
            }
            List<String> node = left.subList(fromI, i);
            stretches.add(new Stretch(node, right.subList(fromJ, j), isEqual ? "" : UNKNOWN));
        }
        return stretches;
    }

    private static boolean isSame(List<String> left, int i, List<String> right, int j) {
        return i < left.size() && j < right.size() && left.get(i).equals(right.get(j));
    }

    /** The stretches that differ. */
    List<Stretch> differences() {
        return actors.values().stream()
                .flatMap(List::stream)
                .filter(stretch -> !stretch.isEqual())
                .toList();
    }

    /** The whole file. */
    String text() {
        StringBuilder text = new StringBuilder("# " + title + "\n");
        text.append(row("# Node " + nodeVersion, "millrace"));
        actors.forEach((actor, stretches) -> {
            text.append(actor).append('\n');
            stretches.forEach(stretch -> append(text, stretch));
        });
        return text.toString();
    }

    private static void append(StringBuilder text, Stretch stretch) {
        int rows = Math.max(stretch.node().size(), stretch.millrace().size());
        for (int row = 0; row < rows; row++) {
            text.append(row("  " + word(stretch.node(), row), word(stretch.millrace(), row)));
        }
        if (!stretch.isEqual()) {
            text.append(WHY).append(stretch.why()).append('\n');
        }
    }

    private static String word(List<String> words, int row) {
        return row < words.size() ? words.get(row) : "";
    }

    private static String row(String left, String right) {
        return (left + " ".repeat(Math.max(0, COLUMN - left.length())) + " | " + right)
                        .stripTrailing()
                + "\n";
    }
}
