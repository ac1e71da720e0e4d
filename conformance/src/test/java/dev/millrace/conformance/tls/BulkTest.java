package dev.millrace.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A quarter of what {@code conformance/tls --bulk} does (rows J14, R25 behind TLS). */
@Tag("faults")
@Timeout(180)
class BulkTest {
    private static final long BYTES = Bulk.FULL_BYTES / 4;

    @TempDir private Path folder;

    @Test
    void aSlowClientCostsNoMemory() throws Exception {
        try (Stage stage = new Stage(folder)) {
            assertThat(Bulk.download(stage, BYTES)).matches(Bulk::isFlat);
        }
    }

    @Test
    void aSlowServerCostsNoMemory() throws Exception {
        try (Stage stage = new Stage(folder)) {
            assertThat(Bulk.upload(stage, BYTES)).matches(Bulk::isFlat);
        }
    }
}
