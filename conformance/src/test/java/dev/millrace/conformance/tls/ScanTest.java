package dev.millrace.conformance.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** sslscan and testssl.sh find no weakness in the defaults, and find those of another server. */
@Tag("faults")
@Timeout(300)
class ScanTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource(Scan.class)
    @Tag("X99")
    void theDefaultsHaveNoWeakness(Scan scan) throws Exception {
        assumeTrue(scan.program().isPresent(), scan + " is missing: apt-get install it");
        try (Stage stage = new Stage(folder)) {
            ScanReport report = scan.of(stage);
            if (!report.weaknesses().isEmpty()) {
                // A weakness is there each time, a connection that the scanner lost is not.
                report = scan.of(stage);
            }
            assertThat(report.weaknesses()).isEmpty();
            assertThat(report.summary()).isNotEmpty();
        }
    }

    /** As openssl was set up long ago. */
    private static int careless(Stage stage) throws IOException {
        int port = Stage.freePort();
        return stage.start(
                port,
                List.of(
                        "openssl",
                        "s_server",
                        "-accept",
                        "127.0.0.1:" + port,
                        "-cert",
                        stage.credentials.server().toString(),
                        "-key",
                        stage.credentials.serverKey().toString(),
                        "-cipher",
                        "ALL:@SECLEVEL=0",
                        "-client_renegotiation",
                        "-www"));
    }

    @ParameterizedTest
    @EnumSource(Scan.class)
    void aCarelessServerHasSome(Scan scan) throws Exception {
        assumeTrue(scan.program().isPresent(), scan + " is missing: apt-get install it");
        assumeTrue(Stage.program("openssl").isPresent(), "openssl is missing");
        try (Stage stage = new Stage(folder)) {
            assertThat(scan.of(stage, careless(stage)).weaknesses())
                    .anyMatch(line -> line.contains("TLSv1.0") || line.contains("TLS1:"))
                    .anyMatch(line -> line.contains("-SHA") || line.contains("OBSOLETE"));
        }
    }
}
