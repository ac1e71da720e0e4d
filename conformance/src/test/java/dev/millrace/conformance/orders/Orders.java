package dev.millrace.conformance.orders;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Plays the scenarios of {@code conformance/scenarios} on Node and on millrace. The script {@code
 * conformance/orders} says how it is called.
 */
final class Orders {
    private static final Path FOLDER =
            Path.of(System.getProperty("millrace.root", ".."), "conformance", "scenarios");

    private Orders() {}

    /** By name, as millrace plays them. */
    static Map<String, Consumer<Scene>> scenes() {
        Map<String, Consumer<Scene>> scenes = new TreeMap<>();
        ConnectScenes.addTo(scenes);
        EndScenes.addTo(scenes);
        BreakScenes.addTo(scenes);
        FlowScenes.addTo(scenes);
        ServerScenes.addTo(scenes);
        return scenes;
    }

    static Path recorder(String name) {
        return FOLDER.resolve(name + ".js");
    }

    static Path file(String name) {
        return FOLDER.resolve(name + ".txt");
    }

    static OrderTable table(String name) throws IOException {
        return Files.exists(file(name))
                ? OrderTable.parse(Files.readAllLines(file(name)))
                : OrderTable.empty(title(name));
    }

    /** The recorder's second line. */
    private static String title(String name) throws IOException {
        return Files.readAllLines(recorder(name)).get(1).substring(3);
    }

    static Map<String, List<String>> millrace(String name) {
        Consumer<Scene> scene = scenes().get(name);
        if (scene == null) {
            throw new IllegalArgumentException("there is no scenario " + name);
        }
        return Scene.play(scene);
    }

    /** What a command printed; empty where it is not installed. */
    private static Optional<List<String>> printed(String... words) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (IOException notThere) {
            return Optional.empty();
        }
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return Optional.of(text.lines().toList());
    }

    private static Map<String, List<String>> node(String name) throws IOException {
        Map<String, List<String>> words = new LinkedHashMap<>();
        for (String line : printed("node", recorder(name).toString()).orElseThrow()) {
            String[] parts = line.split(": ", 2);
            words.computeIfAbsent(parts[0], none -> new ArrayList<>()).add(parts[1]);
        }
        return words;
    }

    public static void main(String[] arguments) throws IOException {
        List<String> chosen = new ArrayList<>(List.of(arguments));
        boolean record = chosen.remove("--record");
        boolean accept = chosen.remove("--accept");
        Optional<String> version = printed("node", "--version").map(List::getFirst);
        if (version.isEmpty()) {
            System.out.println("node is not installed: its column stays as it was recorded");
        }
        int different = 0;
        for (String name : chosen.isEmpty() ? scenes().keySet() : chosen) {
            OrderTable was = table(name);
            OrderTable now = was;
            if (version.isPresent()) {
                String shown = record ? version.get() : was.nodeVersion();
                now = now.withNode(title(name), shown, node(name));
            }
            String asNode = now.text();
            now = now.withMillrace(millrace(name));
            String result = asNode.equals(was.text()) ? "" : " (Node differs from the file)";
            result += now.text().equals(asNode) ? "" : " (millrace differs from the file)";
            different += result.isEmpty() ? 0 : 1;
            System.out.println("== " + name + result + "\n" + now.text());
            write(name, record, accept, asNode, now);
        }
        System.out.println(different + " differ from their files");
        System.exit(different == 0 || record || accept ? 0 : 1);
    }

    private static void write(
            String name, boolean record, boolean accept, String asNode, OrderTable now) {
        try {
            if (accept) {
                Files.writeString(file(name), now.text());
            } else if (record) {
                Files.writeString(file(name), asNode);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
