package dev.millrace.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A tenth of what {@code conformance/differential} does. */
@Tag("faults")
class DifferentialTest {
    private static final int MESSAGES = 20_000;

    @Test
    void everyDisagreementHasACauseAndInNoneAreWeAlone() throws IOException {
        assumeThat(Llhttp.version()).as("node on the PATH").isNotEmpty();
        Differential run =
                Differential.run(Path.of(System.getProperty("millrace.root")), MESSAGES, 2);
        System.out.println("conformance/differential --messages " + MESSAGES + "\n" + run.report());
        assertThat(run.isRight()).as(run.report()).isTrue();
    }
}
