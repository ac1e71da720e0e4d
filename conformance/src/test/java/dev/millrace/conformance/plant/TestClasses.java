package dev.millrace.conformance.plant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The test classes of the modules, by their simple names. */
final class TestClasses {
    static final List<String> MODULES = List.of("library", "cli", "conformance");

    /** One class, and the module whose folder its tests expect to run in. */
    record TestClass(String module, String name) {}

    private final Map<String, TestClass> bySimpleName = new HashMap<>();

    private TestClasses() {}

    static TestClasses ofSources(Path root) throws IOException {
        TestClasses classes = new TestClasses();
        for (String module : MODULES) {
            Path sources = root.resolve(module).resolve("src/test/java");
            if (!Files.isDirectory(sources)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(sources)) {
                files.filter(file -> file.toString().endsWith("Test.java"))
                        .forEach(file -> classes.add(module, sources.relativize(file).toString()));
            }
        }
        return classes;
    }

    private void add(String module, String file) {
        String name = file.substring(0, file.length() - ".java".length()).replace('/', '.');
        bySimpleName.put(name.substring(name.lastIndexOf('.') + 1), new TestClass(module, name));
    }

    @Nullable TestClass find(String simpleName) {
        return bySimpleName.get(simpleName);
    }
}
