package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Arrows between packages point down, siblings do not meet, and only {@code sys} makes native
 * calls.
 *
 * <p>Read from the class files: every name of ours that stands in a constant pool is a use, whether
 * in code, in a signature or in an annotation.
 */
class LayersTest {

    /** A layer may use those with a smaller number. Equal numbers are siblings. */
    private static final Map<String, Integer> HEIGHT =
            Map.ofEntries(
                    Map.entry("sys", 0),
                    Map.entry("stream", 0),
                    Map.entry("http.wire", 1),
                    Map.entry("kernel", 1),
                    Map.entry("proxyprotocol", 2),
                    Map.entry("driver", 2),
                    Map.entry("observe", 2),
                    Map.entry("epoll", 3),
                    Map.entry("nio", 3),
                    Map.entry("turn", 3),
                    Map.entry("binding", 3),
                    Map.entry("loop", 4),
                    Map.entry("dns", 5),
                    Map.entry("stdio", 5),
                    Map.entry("files", 5),
                    Map.entry("blocking", 5),
                    Map.entry("tls", 5),
                    Map.entry("net", 6),
                    Map.entry("udp", 6),
                    Map.entry("http", 7),
                    Map.entry("ipc", 7),
                    Map.entry("systemd", 7),
                    Map.entry("web.content", 8),
                    Map.entry("cluster", 9),
                    Map.entry("web", 9),
                    Map.entry("cluster.joining", 10));

    private static final String OURS = "dev.millrace.";

    private static final Pattern NAME =
            Pattern.compile("(dev/millrace|java/lang/foreign)((?:/[a-z0-9_]+)*)/[A-Z]");

    /** One class of the library uses one package: ours, or {@code java.lang.foreign}. */
    private record Use(String from, String to) {
        String fromPackage() {
            return from.substring(0, from.lastIndexOf('.'));
        }
    }

    @Test
    void arrowsOnlyPointDown() throws IOException {
        Finding.expectNone(upwardOrSideways(uses()));
    }

    @Test
    void packagesHaveNoCycles() throws IOException {
        Finding.expectNone(cycles(uses()));
    }

    /** A room with more files has a second idea in it. */
    @Test
    void noPackageHasMoreThanFortyFiveFiles() throws IOException {
        Map<String, Set<String>> filesOf = new TreeMap<>();
        for (Use use : uses()) {
            String file = use.from().replaceFirst("\\$.*", "");
            filesOf.computeIfAbsent(use.fromPackage(), name -> new TreeSet<>()).add(file);
        }
        assertThat(filesOf).containsKey("dev.millrace.loop");
        assertThat(filesOf).allSatisfy((name, files) -> assertThat(files).hasSizeLessThan(46));
    }

    @Test
    void onlySysMakesNativeCalls() throws IOException {
        Finding.expectNone(foreignOutsideSys(uses()));
    }

    @Test
    void usesAreReadFromCodeSignaturesAndAnnotations() throws IOException {
        try (var in = LayersTest.class.getResourceAsStream("LayersTest$Sample.class")) {
            var uses = usesOf(ClassFile.of().parse(in.readAllBytes()));
            assertThat(uses).extracting(Use::to).contains("java.lang.foreign");
            assertThat(uses).extracting(Use::from).containsOnly("dev.millrace.LayersTest$Sample");
        }
    }

    @Test
    void brokenRulesAreReported() {
        var up = new Use("dev.millrace.loop.Turn", "dev.millrace.net");
        var sideways = new Use("dev.millrace.http.Request", "dev.millrace.ipc");
        var unknown = new Use("dev.millrace.misc.Thing", "dev.millrace.sys");
        var down = new Use("dev.millrace.http.Request", "dev.millrace.loop");
        assertThat(upwardOrSideways(List.of(up, sideways, unknown, down))).hasSize(3);
        assertThat(upwardOrSideways(List.of(up)).getFirst().toString())
                .contains("Turn.java", "net", "Remedy");

        var ofWire = new Use("dev.millrace.http.wire.Head", "dev.millrace.sys");
        var ofStream = new Use("dev.millrace.stream.Side", "dev.millrace.sys");
        assertThat(upwardOrSideways(List.of(ofWire))).hasSize(1);
        assertThat(upwardOrSideways(List.of(ofStream))).as("it imports nothing").hasSize(1);

        var foreign = new Use("dev.millrace.net.Bytes", "java.lang.foreign");
        var allowed = new Use("dev.millrace.sys.Posix", "java.lang.foreign");
        assertThat(foreignOutsideSys(List.of(foreign, allowed))).hasSize(1);

        var there = new Use("dev.millrace.net.A", "dev.millrace.net.inner");
        var between = new Use("dev.millrace.net.inner.B", "dev.millrace.net.deep");
        var back = new Use("dev.millrace.net.deep.C", "dev.millrace.net");
        assertThat(cycles(List.of(there, between))).isEmpty();
        assertThat(cycles(List.of(there, between, back))).hasSize(1);
    }

    /** Uses java.lang.foreign in a signature only. */
    interface Sample {
        java.lang.foreign.Arena arena();
    }

    private static List<Finding> upwardOrSideways(List<Use> uses) {
        List<Finding> found = new ArrayList<>();
        for (Use use : uses) {
            String from = layer(use.fromPackage());
            String to = layer(use.to());
            if (from.isEmpty() || to.isEmpty() || from.equals(to)) {
                continue;
            }
            if (from.equals("http.wire") && !to.equals("stream")) {
                found.add(
                        finding(
                                use,
                                "http.wire uses " + to + ", but knows bytes and messages only",
                                "let its user hand it in"));
            } else if (!HEIGHT.containsKey(from) || !HEIGHT.containsKey(to)) {
                found.add(
                        finding(
                                use,
                                from + " uses " + to + ", one of which has no place in the layers",
                                "give the package its height in LayersTest and its line in docs/design.md"));
            } else if (HEIGHT.get(to) >= HEIGHT.get(from)) {
                found.add(
                        finding(
                                use,
                                from + " uses " + to + ", but arrows only point down",
                                "let "
                                        + from
                                        + " declare an interface that the upper layer implements"));
            }
        }
        return found;
    }

    private static List<Finding> foreignOutsideSys(List<Use> uses) {
        return uses.stream()
                .filter(use ->
                        use.to().equals("java.lang.foreign")
                                && !layer(use.fromPackage()).equals("sys"))
                .map(use ->
                        finding(
                                use,
                                "java.lang.foreign used outside sys",
                                "put the call into dev.millrace.sys"))
                .toList();
    }

    /**
     * One finding for each cycle, at a class whose package is reached again from a package it uses.
     */
    private static List<Finding> cycles(List<Use> uses) {
        Map<String, Set<String>> arrows = new TreeMap<>();
        Map<String, Use> example = new TreeMap<>();
        for (Use use : uses) {
            if (!use.to().equals(use.fromPackage())) {
                arrows.computeIfAbsent(use.fromPackage(), _ -> new TreeSet<>()).add(use.to());
                example.putIfAbsent(use.fromPackage() + " -> " + use.to(), use);
            }
        }
        List<Finding> found = new ArrayList<>();
        Set<Set<String>> told = new LinkedHashSet<>();
        for (String start : arrows.keySet()) {
            for (String next : arrows.get(start)) {
                List<String> back = path(arrows, next, start, new LinkedHashSet<>());
                if (!back.isEmpty() && told.add(new TreeSet<>(back))) {
                    found.add(
                            finding(
                                    example.get(start + " -> " + next),
                                    "package cycle " + start + " -> " + String.join(" -> ", back),
                                    "move what both need into the lower of the two"));
                }
            }
        }
        return found;
    }

    /**
     * The packages from one to another along the arrows, both included; empty when there is no way.
     */
    private static List<String> path(
            Map<String, Set<String>> arrows, String from, String to, Set<String> seen) {
        if (from.equals(to)) {
            return List.of(to);
        }
        if (seen.add(from)) {
            for (String next : arrows.getOrDefault(from, Set.of())) {
                List<String> rest = path(arrows, next, to, seen);
                if (!rest.isEmpty()) {
                    List<String> all = new ArrayList<>(List.of(from));
                    all.addAll(rest);
                    return all;
                }
            }
        }
        return List.of();
    }

    private static Finding finding(Use use, String rule, String remedy) {
        String file = use.from().replaceFirst("\\$.*", "").replace('.', '/') + ".java";
        return new Finding("library/src/main/java/" + file, 1, rule, remedy);
    }

    /** What stands below dev.millrace; empty for anything else. */
    private static String layer(String name) {
        return name.startsWith(OURS) ? name.substring(OURS.length()) : "";
    }

    private static List<Use> uses() throws IOException {
        Path classes = SourceFile.root().resolve("library/target/classes");
        List<Use> uses = new ArrayList<>();
        try (var files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                if (!file.endsWith("module-info.class")) {
                    uses.addAll(usesOf(ClassFile.of().parse(file)));
                }
            }
        }
        assertThat(uses).as("uses found below " + classes).isNotEmpty();
        return uses;
    }

    private static Set<Use> usesOf(ClassModel type) {
        String from = type.thisClass().asInternalName().replace('/', '.');
        Set<Use> uses = new LinkedHashSet<>();
        type.constantPool()
                .forEach(entry -> {
                    if (entry instanceof Utf8Entry text) {
                        Matcher name = NAME.matcher(text.stringValue());
                        while (name.find()) {
                            uses.add(
                                    new Use(
                                            from,
                                            (name.group(1) + name.group(2)).replace('/', '.')));
                        }
                    }
                });
        return uses;
    }
}
