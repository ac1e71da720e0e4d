package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Children that begin from an archive. */
class ChildArchiveTest {
    /** Starts another one if it is told to. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            if (arguments.length > 0) {
                System.out.print(ChildJvm.run(logged(ChildJvm.archived(Program.class))).output());
            } else {
                Loop.run(loop -> System.out.println("runs"));
            }
        }
    }

    private static List<String> logged(List<String> command) {
        command.add(1, "-Xlog:class+load");
        return command;
    }

    @Test
    void theyAndTheirChildrenHaveTheirClassesFromIt() throws Exception {
        for (String[] arguments : List.of(new String[0], new String[] {"child"})) {
            List<String> command = ChildJvm.archived(Program.class, arguments);
            List<String> lines =
                    ChildJvm.run(logged(command))
                            .output()
                            .lines()
                            .filter(line -> line.matches("runs|.* dev\\.millrace\\.loop\\.Loop .*"))
                            .toList();
            assertThat(lines).hasSizeBetween(2, 3).contains("runs");
            assertThat(lines)
                    .filteredOn(line -> !line.equals("runs"))
                    .allMatch(line -> line.contains("source: shared objects file"));
        }
    }

    /** As of conformance/plant, which puts a class with a mistake in front. */
    @Test
    void anotherClassPathHasNone(@TempDir Path folder) throws IOException {
        String before = folder.toString();
        String own = System.getProperty("java.class.path");
        assertThat(ChildArchive.of(before + ":" + own)).isEmpty();
        assertThat(ChildArchive.of(before)).isEmpty();
        assertThat(ChildArchive.of(folder.resolve("test-classes").toString())).isEmpty();
        assertThat(ChildArchive.of(folder.resolve("classes.jar").toString())).isEmpty();
    }
}
