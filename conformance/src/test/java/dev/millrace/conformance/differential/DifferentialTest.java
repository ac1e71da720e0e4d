package dev.millrace.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A tenth of what {@code conformance/differential} does. */
@Tag("faults")
class DifferentialTest {
    private static final int MESSAGES = 20_000;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyDisagreementHasACauseAndInNoneAreWeAlone(boolean isOfResponses) throws IOException {
        assumeThat(Llhttp.version()).as("node on the PATH").isNotEmpty();
        Path root = Path.of(System.getProperty("millrace.root"));
        Differential run = Differential.run(root, isOfResponses, MESSAGES, 2);
        System.out.println("conformance/differential --messages " + MESSAGES + "\n" + run.report());
        assertThat(run.isRight()).as(run.report()).isTrue();
    }
}
