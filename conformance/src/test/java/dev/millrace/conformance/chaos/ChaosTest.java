package dev.millrace.conformance.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenth of what {@code conformance/chaos} and {@code conformance/roll} do. */
@Tag("faults")
@Tag("epoll")
class ChaosTest {
    private static final int DEADLINE_MINUTES = 5;

    @TempDir Path folder;

    /** Beside other tests a start takes longer than alone. */
    private static final String START_LIMIT = "3000";

    private void verify(Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(ChildJvm.command(program, arguments));
        command.add(1, "-Xmx512m");
        Path log = folder.resolve("log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertThat(process.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String output = Files.readString(log);
        System.out.println(program.getSimpleName() + " " + List.of(arguments) + "\n" + output);
        assertThat(output).endsWith("PASS\n");
    }

    @Test
    @Tag("X85")
    @Tag("X86")
    @Tag("X87")
    void onlyWhatWasOpenAtAWorkerThatWasStruckFails() throws Exception {
        verify(Chaos.class, "--seconds", "60", "--start-limit", START_LIMIT);
    }

    @Test
    @Tag("X88")
    void noRequestFailsWhileAllWorkersAreReplaced() throws Exception {
        verify(Roll.class, small());
    }

    @Test
    @Tag("X88")
    void noRequestFailsWhileThePrimaryIsReplaced() throws Exception {
        String[] words = Arrays.copyOf(small(), small().length + 1);
        words[words.length - 1] = "--replace";
        verify(Roll.class, words);
    }

    private static String[] small() {
        String line = "--requests 10000 --rolls 2 --connections 200 --start-limit " + START_LIMIT;
        return line.split(" ");
    }
}
