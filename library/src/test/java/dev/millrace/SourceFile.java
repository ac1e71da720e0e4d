package dev.millrace;

import static java.util.stream.Collectors.toMap;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * One source file, parsed but not compiled: what {@link TidyTest} and {@link BehavioursTest} look
 * at. The compiler's own parser does the work: strings and comments are never mistaken for code.
 */
record SourceFile(
        String path, List<String> lines, CompilationUnitTree tree, SourcePositions positions) {

    private static final class Lazy {
        static final List<SourceFile> ALL = readAll();
    }

    /** Every Java file of every module, main and test, with its path relative to the root. */
    static List<SourceFile> all() {
        return Lazy.ALL;
    }

    /** The repository's root: the nearest folder upwards that holds the parent pom. */
    static Path root() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("library/pom.xml")) && Files.exists(at.resolve("build"))) {
                return at;
            }
        }
        throw new IllegalStateException("run the tests somewhere inside the repository");
    }

    /** A file that exists only in a test of the checks themselves. */
    static SourceFile of(String path, String text) {
        return parse(Map.of(path, text)).getFirst();
    }

    boolean isTest() {
        return path.contains("/src/test/");
    }

    boolean isLibraryMain() {
        return path.startsWith("library/src/main/");
    }

    int firstLine(Tree node) {
        return line(positions.getStartPosition(tree, node));
    }

    int lastLine(Tree node) {
        return line(positions.getEndPosition(tree, node) - 1);
    }

    private int line(long offset) {
        return (int) tree.getLineMap().getLineNumber(Math.max(0, offset));
    }

    private static List<SourceFile> readAll() {
        Map<String, String> texts = new TreeMap<>();
        Path root = root();
        for (String module : List.of("library", "cli", "bench", "conformance")) {
            for (String kind : List.of("main", "test")) {
                Path folder = root.resolve(module, "src", kind, "java");
                if (Files.isDirectory(folder)) {
                    addAll(root, folder, texts);
                }
            }
        }
        return parse(texts);
    }

    private static void addAll(Path root, Path folder, Map<String, String> texts) {
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                texts.put(root.relativize(file).toString(), Files.readString(file));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<SourceFile> parse(Map<String, String> texts) {
        var inputs =
                texts.entrySet().stream().map(e -> new Text(e.getKey(), e.getValue())).toList();
        var task =
                (JavacTask)
                        ToolProvider.getSystemJavaCompiler()
                                .getTask(null, null, _ -> {}, List.of("-proc:none"), null, inputs);
        var byUri = inputs.stream().collect(toMap(Text::toUri, text -> text));
        var positions = Trees.instance(task).getSourcePositions();
        List<SourceFile> found = new ArrayList<>();
        try {
            for (CompilationUnitTree tree : task.parse()) {
                Text text = byUri.get(tree.getSourceFile().toUri());
                found.add(
                        new SourceFile(text.path, text.content.lines().toList(), tree, positions));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static final class Text extends SimpleJavaFileObject {
        private final String path;
        private final String content;

        Text(String path, String content) {
            super(URI.create("text:///" + path), JavaFileObject.Kind.SOURCE);
            this.path = path;
            this.content = content;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return content;
        }
    }
}
