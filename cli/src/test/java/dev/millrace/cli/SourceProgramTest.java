package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is compiled, and which class of it is started. */
class SourceProgramTest {
    @TempDir Path folder;

    private SourceProgram program(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return new SourceProgram(
                Files.writeString(file, text), "", List.of("-Xmx1g"), List.of("a \"b\\"));
    }

    private static List<String> launch(SourceProgram program) throws IOException {
        return Files.readAllLines(Path.of(program.command().getLast().substring(1)));
    }

    @Test
    void theFirstClassOfTheFileThatHasAMainMethodIsStarted() throws Exception {
        SourceProgram program =
                program(
                        "two/App.java",
                        """
                        class Zero { static class Inner { void main() {} } }
                        class Two { static int x = 1; public static void main(String[] a) { new Other(); } }
                        class App { void main() {} }
                        """);
        Files.writeString(folder.resolve("two/Other.java"), "class Other { void main() {} }");
        assertThat(program.compile()).isEmpty();
        assertThat(launch(program))
                .startsWith("\"-Xmx1g\"", "\"-p\"")
                .endsWith("\"Two\"", "\"a \\\"b\\\\\"");
        program.delete();
    }

    @Test
    void aCompactFileIsAClassOfItsNameAndAPackageHasItsFolder() throws Exception {
        SourceProgram compact =
                program("Hi.java", "import module dev.millrace; void main() { Loop.create(); }");
        assertThat(compact.compile()).isEmpty();
        assertThat(launch(compact)).contains("\"Hi\"");
        SourceProgram packaged =
                program("a/b/App.java", "package a.b; class App { void main() { new a.Else(); } }");
        Files.writeString(folder.resolve("a/Else.java"), "package a; public class Else {}");
        assertThat(packaged.compile()).isEmpty();
        assertThat(launch(packaged)).contains("\"a.b.App\"");
        compact.delete();
        packaged.delete();
    }

    @Test
    void whatIsWrongIsSaidAndWhatWasMadeBeforeStays() throws Exception {
        SourceProgram program = program("App.java", "void main() {}");
        assertThat(program.compile()).isEmpty();
        List<String> before = launch(program);
        Files.writeString(folder.resolve("App.java"), "void main() { nonsense(); }");
        assertThat(program.compile().orElseThrow())
                .contains("App.java:1: error:", "nonsense", "1 error");
        assertThat(launch(program)).isEqualTo(before);
        Files.writeString(folder.resolve("App.java"), "class App { void mine() {} }");
        assertThat(program.compile().orElseThrow()).contains("no main method");
        Files.writeString(folder.resolve("App.java"), "void main() { }");
        assertThat(program.compile()).isEmpty();
        assertThat(launch(program)).isNotEqualTo(before);
        Path classes = Path.of(program.command().getLast().substring(1)).getParent();
        assertThat(classes.resolve("1")).isDirectory();
        assertThat(classes.resolve("4")).isDirectory();
        program.delete();
        assertThat(classes).doesNotExist();
    }
}
