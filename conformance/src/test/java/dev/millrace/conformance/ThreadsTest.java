package dev.millrace.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code conformance/threads} does: the whole of it takes some seconds. */
@Tag("faults")
class ThreadsTest {
    private static final int DEADLINE_MINUTES = 5;

    @Test
    @Tag("F11")
    void nineThousandVirtualThreadsEchoAtOnceOnOneCarrier(@TempDir Path folder)
            throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process threads =
                new ProcessBuilder(ChildJvm.command(Threads.class, "9000", "3"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            assertThat(threads.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES)).isTrue();
        } finally {
            threads.destroyForcibly();
        }
        assertThat(Files.readString(log))
                .contains("9000 connected", "9000 at once, 0 pinned")
                .endsWith("all echoed\n");
        assertThat(threads.exitValue()).isZero();
    }
}
