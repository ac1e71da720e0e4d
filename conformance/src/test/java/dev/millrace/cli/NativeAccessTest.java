package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.conformance.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Started without the grant of native access, the answer is one line that names the flag to add.
 */
@Timeout(60)
class NativeAccessTest {
    private static final String MAIN = "dev.millrace.cli.Main";

    @Test
    void onTheModulePathTheFlagNamesTheModule() throws IOException, InterruptedException {
        String app = app().toString();
        Ended ended = run("-p", app, "-m", "dev.millrace.cli/" + MAIN, "hello", "--port", "0");
        assertThat(ended.errors())
                .startsWith("millrace: ")
                .contains("add --enable-native-access=dev.millrace ")
                .hasLineCount(1);
        assertThat(ended.status()).isEqualTo(1);
    }

    @Test
    void onTheClassPathTheFlagNamesAllUnnamed() throws IOException, InterruptedException {
        Ended ended = run("-cp", app() + "/*", MAIN, "hello", "--port", "0");
        assertThat(ended.errors())
                .contains("add --enable-native-access=ALL-UNNAMED ")
                .hasLineCount(1);
        assertThat(ended.status()).isEqualTo(1);
    }

    private record Ended(int status, String errors) {}

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).start();
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), errors.strip());
    }

    private static Path app() {
        return ServerProcess.root().resolve("cli/target/app");
    }
}
