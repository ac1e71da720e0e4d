package dev.millrace.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenth of what {@code conformance/soak} does. */
@Tag("faults")
class SoakTest {
    private static final int CYCLES = 100_000;
    private static final int DEADLINE_MINUTES = 5;

    @Test
    @Tag("X57")
    void aHundredThousandConnectionsLeaveNothingBehindAndTellEachEventOnce(@TempDir Path folder)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(ChildJvm.command(Soak.class, "" + CYCLES));
        command.addAll(1, List.of("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch"));
        Path log = folder.resolve("log");
        Process soak =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertThat(soak.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES)).isTrue();
        } finally {
            soak.destroyForcibly();
        }
        String output = Files.readString(log);
        System.out.println("conformance/soak " + CYCLES + "\n" + output);
        assertThat(soak.exitValue()).as(output).isZero();
        assertThat(output).contains("100,000 opened, 100,000 closed").endsWith("flat\n");
    }
}
