package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Started without the grant of native access, the driver is NIO, and one line names the flag to
 * add; where epoll is asked for, that line is the end.
 */
@Timeout(60)
class NativeAccessTest {
    private static final String MAIN = "dev.millrace.cli.Main";
    private static final Path APP = Launched.root().resolve("cli/target/app");
    private static final List<String> MODULE_PATH =
            List.of("-p", APP.toString(), "-m", "dev.millrace.cli/" + MAIN);
    private static final List<String> CLASS_PATH = List.of("-cp", APP + "/*", MAIN);

    @Test
    void onTheModulePathTheFlagNamesTheModule() {
        expectNio(MODULE_PATH, "add --enable-native-access=dev.millrace ");
    }

    @Test
    void onTheClassPathTheFlagNamesAllUnnamed() {
        expectNio(CLASS_PATH, "add --enable-native-access=ALL-UNNAMED ");
    }

    @Test
    void anExecutableJarGrantsItInItsManifest(@TempDir Path folder) throws IOException {
        assumeTrue(isLinux(), "epoll needs Linux");
        Path jar = folder.resolve("app.jar");
        Manifest manifest = new Manifest();
        Attributes lines = manifest.getMainAttributes();
        lines.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        lines.put(Attributes.Name.MAIN_CLASS, MAIN);
        String jars =
                Stream.of("millrace-cli.jar", "millrace.jar", "jackson-core.jar")
                        .map(name -> APP.resolve(name).toUri().toString())
                        .collect(Collectors.joining(" "));
        lines.put(Attributes.Name.CLASS_PATH, jars);
        lines.putValue("Enable-Native-Access", "ALL-UNNAMED");
        new JarOutputStream(Files.newOutputStream(jar), manifest).close();
        try (Launched server = start(Map.of(), List.of("-jar", "" + jar)).listening()) {
            assertThat(server.startLine()).contains(" · epoll · ");
            assertThat(server.signal("TERM").status()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    private static boolean isLinux() {
        return System.getProperty("os.name").equals("Linux");
    }

    private static void expectNio(List<String> java, String remedy) {
        try (Launched server = start(Map.of(), java, "--loops", "2").listening()) {
            assertThat(server.startLine()).contains(" · nio · ");
            assertThat(server.signal("TERM").status()).isZero();
            assertThat(server.errors())
                    .contains("the driver is nio, because native access is not granted: " + remedy)
                    .hasLineCount(1);
        }
    }

    @Test
    void whoAsksForEpollIsToldTheFlag() {
        Map<String, String> epoll = Map.of("MILLRACE_DRIVER", "epoll");
        try (Launched server = start(epoll, MODULE_PATH)) {
            assertThat(server.status()).isEqualTo(1);
            assertThat(server.errors())
                    .startsWith("millrace: the environment variable MILLRACE_DRIVER asks for")
                    .contains("add --enable-native-access=dev.millrace ")
                    .hasLineCount(1);
        }
    }

    @Test
    void whoAsksForNioIsToldNothing() {
        try (Launched server = start(Map.of("MILLRACE_DRIVER", "nio"), MODULE_PATH).listening()) {
            assertThat(server.startLine()).contains(" · nio · ");
            assertThat(server.signal("TERM").status()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    private static Launched start(
            Map<String, String> variables, List<String> java, String... further) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(java);
        command.addAll(List.of("hello", "--port", "0"));
        command.addAll(List.of(further));
        return Launched.start(Path.of(""), variables, command);
    }
}
