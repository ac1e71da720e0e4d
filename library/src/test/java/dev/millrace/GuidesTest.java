package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole programs that the README and the guides show compile as they stand. */
class GuidesTest {
    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final String PROGRAM = "import module dev.millrace;";

    @TempDir private Path classes;

    /** A program, by the page and its number there. */
    record Program(String name, String text) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Program> programs() throws IOException {
        List<Program> found = new ArrayList<>();
        for (Path page : pages()) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            for (int number = 1; block.find(); number++) {
                if (block.group(1).contains(PROGRAM)) {
                    found.add(new Program(page.getFileName() + " " + number, block.group(1)));
                }
            }
        }
        return found;
    }

    private static List<Path> pages() throws IOException {
        Path root = SourceFile.root();
        try (Stream<Path> docs = Files.list(root.resolve("docs"))) {
            List<Path> pages = new ArrayList<>(docs.filter(GuidesTest::isPage).sorted().toList());
            pages.add(root.resolve("README.md"));
            return pages;
        }
    }

    private static boolean isPage(Path file) {
        return file.toString().endsWith(".md");
    }

    @ParameterizedTest
    @MethodSource("programs")
    void itCompiles(Program program) {
        assertThat(errors(program.text())).isEmpty();
    }

    @Test
    void aProgramThatDoesNotCompileIsSeen() {
        assertThat(errors(PROGRAM + " void main() { Loop.run(NetSocket::end); }")).isNotEmpty();
        assertThat(errors(PROGRAM + " void main() { Loop.run(Loop::stop); }")).isEmpty();
    }

    @Test
    void theGuidesHavePrograms() throws IOException {
        assertThat(programs())
                .extracting(Program::name)
                .contains("README.md 1", "servers.md 1", "virtual-threads.md 1");
    }

    private List<String> errors(String text) {
        JavaFileObject source =
                new SimpleJavaFileObject(
                        URI.create("mem:///guide.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return text;
                    }
                };
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        List<String> options =
                List.of(
                        "-p",
                        SourceFile.root().resolve("library/target/classes").toString(),
                        "--add-modules",
                        "dev.millrace",
                        "-d",
                        classes.toString());
        ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, diagnostics, options, null, List.of(source))
                .call();
        return diagnostics.getDiagnostics().stream()
                .filter(one -> one.getKind() == Diagnostic.Kind.ERROR)
                .map(one -> "line " + one.getLineNumber() + ": " + one.getMessage(null))
                .toList();
    }
}
