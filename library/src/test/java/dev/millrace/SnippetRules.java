package dev.millrace;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;

/** The house rules of {@link TidyRules} for the examples in Javadoc, which are code of tests. */
final class SnippetRules {
    private static final Pattern COMPILED =
            Pattern.compile("\\{@snippet class=\"([\\w.]+)\" region=\"([\\w-]+)\"}");

    private static final Pattern ANY = Pattern.compile("\\{@snippet\\b|<pre>\\s*\\{@code\\b");

    private static final Pattern EXPORTED =
            Pattern.compile(
                    ".*/millrace/(kernel|loop|stream|stdio|files|net|udp|http|web"
                            + "|proxyprotocol|systemd|tls)/[^/]+");

    /** What a user neither makes nor implements: {@code pipeTo} and {@code filter} do. */
    private static final Set<String> WITHOUT = Set.of("StreamPipe", "FilteredTransport");

    private SnippetRules() {}

    /** Every rule under the name its test carries. */
    static Map<String, Function<SourceFile, List<Finding>>> all() {
        return Map.of(
                "examples-compiled", SnippetRules::uncompiled,
                "examples-found", SnippetRules::lost,
                "examples-given", SnippetRules::withoutExample);
    }

    /** The compiler does not read an example that stands in the Javadoc itself. */
    static List<Finding> uncompiled(SourceFile file) {
        List<Finding> found = new ArrayList<>();
        for (int at = 0; at < file.lines().size() && file.isLibraryMain(); at++) {
            String line = file.lines().get(at);
            if (ANY.matcher(line).find() && !COMPILED.matcher(line).find()) {
                found.add(
                        new Finding(
                                file.path(),
                                at + 1,
                                "an example that the build does not compile",
                                "make it a region of a test, and name its class and region"));
            }
        }
        return found;
    }

    static List<Finding> lost(SourceFile file) {
        List<Finding> found = new ArrayList<>();
        for (int at = 0; at < file.lines().size() && file.isLibraryMain(); at++) {
            Matcher snippet = COMPILED.matcher(file.lines().get(at));
            if (snippet.find() && !isRegion(snippet.group(1), snippet.group(2))) {
                found.add(
                        new Finding(
                                file.path(),
                                at + 1,
                                "no region " + snippet.group(2) + " in " + snippet.group(1),
                                "put @start and @end around it in that test source"));
            }
        }
        return found;
    }

    private static boolean isRegion(String type, String region) {
        String path = "library/src/test/java/" + type.replace('.', '/') + ".java";
        String start = "// @start region=\"" + region + "\"";
        return SourceFile.all().stream()
                .filter(file -> file.path().equals(path))
                .flatMap(file -> file.lines().stream())
                .anyMatch(line -> line.strip().equals(start));
    }

    /** Classes and interfaces; an enum or a record shares the example of what it is for. */
    static List<Finding> withoutExample(SourceFile file) {
        List<Finding> found = new ArrayList<>();
        boolean hasExample = file.lines().stream().anyMatch(l -> COMPILED.matcher(l).find());
        if (!file.isLibraryMain() || !EXPORTED.matcher(file.path()).matches() || hasExample) {
            return found;
        }
        for (Tree declared : file.tree().getTypeDecls()) {
            if (declared instanceof ClassTree type && needsExample(type)) {
                found.add(
                        new Finding(
                                file.path(),
                                file.firstLine(type),
                                "public type " + type.getSimpleName() + " shows no example",
                                "show how it is made, called or implemented by a region of a test"));
            }
        }
        return found;
    }

    private static boolean needsExample(ClassTree type) {
        String name = type.getSimpleName().toString();
        boolean isKind = type.getKind() == Tree.Kind.CLASS || type.getKind() == Tree.Kind.INTERFACE;
        return isKind
                && type.getModifiers().getFlags().contains(Modifier.PUBLIC)
                && !name.endsWith("Exception")
                && !WITHOUT.contains(name);
    }
}
