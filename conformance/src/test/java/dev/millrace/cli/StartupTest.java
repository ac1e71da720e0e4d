package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a server that has answered once has loaded. Each of these costs a start 15 to 40
 * milliseconds of CPU, and {@code hello} needs none.
 */
class StartupTest {
    @Test
    void aServerLoadsNoJsonNoDecimalsAndNoLogger(@TempDir Path folder) throws IOException {
        Path log = folder.resolve("classes");
        Launched.requireBuilt();
        List<String> words =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xlog:class+load:file=" + log + ":none",
                        "-XX:-UsePerfData",
                        "--enable-native-access=dev.millrace",
                        "--module-path=" + Launched.root().resolve("cli/target/app"),
                        "--module=dev.millrace.cli/dev.millrace.cli.Main",
                        "hello",
                        "--port=0");
        try (Launched server = Launched.start(folder, Map.of(), words).listening();
                Peer peer = Peer.of(server)) {
            assertThat(peer.ask("GET /").status()).isEqualTo(200);
            assertThat(Files.readString(log))
                    .contains("dev.millrace.http.ServerResponse ")
                    .doesNotContain("com.fasterxml.jackson")
                    .doesNotContain("java.math.BigDecimal ")
                    .doesNotContain("java.util.logging.", "jdk.internal.logger.")
                    .doesNotContain("dev.millrace.systemd.ServiceNotifier ");
            try (Peer second = Peer.of(server)) {
                assertThat(second.ask("GET /").status()).isEqualTo(200);
                assertThat(Files.readString(log))
                        .as("there before descriptors run short")
                        .contains("java.util.logging.Logger ");
            }
        }
    }
}
