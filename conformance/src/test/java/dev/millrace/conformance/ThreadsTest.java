package dev.millrace.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code conformance/threads} does: the whole of it takes some seconds. */
@Tag("faults")
class ThreadsTest {
    @Test
    @Tag("F11")
    void nineThousandVirtualThreadsEchoAtOnceOnOneCarrier()
            throws IOException, InterruptedException {
        ChildJvm.Result threads = ChildJvm.run(Threads.class, "9000", "3");
        assertThat(threads.output())
                .contains("9000 connected", "9000 at once, 0 pinned")
                .endsWith("all echoed\n");
        assertThat(threads.status()).isZero();
    }
}
