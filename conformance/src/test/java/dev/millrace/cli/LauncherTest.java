package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The script in front of the JVM. */
class LauncherTest {

    @Test
    void itBecomesTheJvm() {
        try (Launched server = Launched.start("hello", "--port", "0").listening()) {
            assertThat(server.pid()).isEqualTo(server.processId());
        }
    }

    @Test
    void itWorksByALinkFromAnotherFolder(@TempDir Path folder) throws IOException {
        Path link = folder.resolve("m");
        Files.createSymbolicLink(link, Launched.root().resolve("millrace"));
        List<String> words = List.of(link.toString(), "version");
        try (Launched command = Launched.start(folder, Map.of(), words)) {
            assertThat(command.output()).startsWith("millrace ");
            assertThat(command.status()).isZero();
        }
    }

    @Test
    void itWorksByItsBareName() {
        List<String> words = List.of("sh", "millrace", "version");
        try (Launched command = Launched.start(Launched.root(), Map.of(), words)) {
            assertThat(command.output()).startsWith("millrace ");
            assertThat(command.status()).isZero();
        }
    }

    @Test
    void aStandardInputThatIsClosedIsEmpty() {
        try (Launched command = shell("./millrace run examples/Cat.java <&-")) {
            assertThat(command.output()).as("nothing of the JVM's own files").isEmpty();
            assertThat(command.errors()).isEmpty();
            assertThat(command.status()).isZero();
        }
    }

    @Test
    void aProgramMayImportWhatTheClassPathHas(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("Uses.java");
        String name = "com.fasterxml.jackson.core.JsonFactory";
        Files.writeString(file, "void main() { IO.println(" + name + ".FORMAT_NAME_JSON); }");
        String jar = Launched.root().resolve("cli/target/app/jackson-core.jar").toString();
        for (String path : List.of("--class-path=" + jar, "--class-path=src:" + jar)) {
            try (Launched program = Launched.start("run", path, "--driver=nio", "" + file)) {
                assertThat(program.output()).isEqualTo("JSON");
                assertThat(program.status()).isZero();
            }
        }
    }

    @Test
    void outputThatIsClosedOrCutOffIsNoFailure() {
        for (String where : List.of(">&-", "2>&-", ">&- 2>&-", "| true")) {
            try (Launched command = shell("./millrace version " + where)) {
                assertThat(command.errors()).as(where).isEmpty();
                assertThat(command.status()).as(where).isZero();
            }
        }
    }

    @Test
    void aDiskThatIsFullIsAFailure() {
        assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full");
        try (Launched command = shell("./millrace version >/dev/full")) {
            assertThat(command.errors())
                    .startsWith("millrace: can't write to standard output: No space left")
                    .hasLineCount(1);
            assertThat(command.status()).isEqualTo(1);
        }
    }

    /** The C library then leaves all categories at C, and the JVM could not say the path. */
    @ParameterizedTest
    @CsvSource({"LC_TIME,xx_YY.UTF-8,C.UTF-8", "LANG,C,''"})
    void noLocaleKeepsAFileFromRunning(String variable, String value, String all, @TempDir Path f)
            throws IOException {
        Path program =
                Files.writeString(
                        f.resolve("x.java"),
                        "void main() { IO.println(System.getenv(\"LC_ALL\")); }");
        String script =
                """
                d=$(printf '%s/\\303\\274n\\303\\257')
                mkdir "$d" && mv '%s' "$d" && ./millrace run "$d/x.java"
                """
                        .formatted(f, program);
        Map<String, String> variables = new HashMap<>();
        List.of("LC_ALL", "LC_CTYPE", "LC_TIME", "LANG").forEach(one -> variables.put(one, ""));
        variables.put(variable, value);
        List<String> words = List.of("sh", "-c", script);
        try (Launched command = Launched.start(Launched.root(), variables, words)) {
            assertThat(command.output().strip()).as(command.errors()).isEqualTo(all);
            assertThat(command.status()).isZero();
        }
    }

    /** What the JVM gets then, by the function that the launcher calls. */
    @ParameterizedTest
    @CsvSource({
        "LC_ALL,xx_YY.UTF-8,C.UTF-8 -",
        "LC_CTYPE,xx_YY.UTF-8,C.UTF-8 xx_YY.UTF-8",
        "LANG,xx_YY.UTF-8,C.UTF-8 -",
        "LC_TIME,xx_YY.UTF-8,C.UTF-8 C.UTF-8",
        "LC_ALL,C,C.UTF-8 C.UTF-8",
        "LANG,C,- C.UTF-8",
        "LANG,C.UTF-8,- -",
    })
    void noLocaleIsLeftThatCantWriteFileNames(String variable, String value, String wanted) {
        Map<String, String> variables = new HashMap<>();
        List.of("LC_ALL", "LC_CTYPE", "LC_TIME", "LANG").forEach(one -> variables.put(one, ""));
        variables.put(variable, value);
        String script = ". .mvn/find-jdk.sh; use_utf8; echo ${LC_ALL:--} ${LC_CTYPE:--}";
        List<String> words = List.of("sh", "-c", script);
        try (Launched command = Launched.start(Launched.root(), variables, words)) {
            assertThat(command.output()).isEqualTo(wanted);
            assertThat(command.status()).isZero();
        }
    }

    private static Launched shell(String line) {
        return Launched.start(Launched.root(), Map.of(), List.of("sh", "-c", line));
    }

    @Test
    void anOlderJavaHomeIsPassedOver(@TempDir Path folder) throws IOException {
        Path compiler = Files.createDirectories(folder.resolve("bin")).resolve("javac");
        Files.writeString(compiler, "");
        assertThat(compiler.toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"17.0.9\"\n");
        try (Launched command = Launched.start(Map.of("JAVA_HOME", "" + folder), "version")) {
            assertThat(command.output()).startsWith("millrace ");
        }
    }

    @Test
    void withoutANewEnoughJdkItSaysSo(@TempDir Path folder) throws IOException {
        Path script = folder.resolve("millrace");
        Files.copy(Launched.root().resolve("millrace"), script);
        String finder = Files.readString(Launched.root().resolve(".mvn/find-jdk.sh"));
        Path copy = Files.createDirectories(folder.resolve(".mvn")).resolve("find-jdk.sh");
        Files.writeString(copy, finder.replace("jdk_needed=25", "jdk_needed=999"));
        try (Launched command =
                Launched.start(folder, Map.of(), List.of("sh", "" + script, "hello"))) {
            assertThat(command.status()).isEqualTo(2);
            assertThat(command.errors())
                    .startsWith("millrace: needs JDK 999 or newer")
                    .hasLineCount(1);
        }
    }

    @Test
    void itUsesTheStartUpCacheOfTheBuild() {
        assumeTrue(
                Files.exists(Launched.root().resolve("cli/target/app/command.aot")),
                "this build made no cache");
        try (Launched command = Launched.start("doctor")) {
            assertThat(command.output()).contains("command.aot");
        }
    }

    /** What the launcher would become, by a JDK that only says how it was called. */
    private static String jvmOf(Path jdk, String command, String options) {
        Map<String, String> variables =
                Map.of("JDK_JAVA_OPTIONS", options, "MILLRACE_JDK", jdk.toString());
        try (Launched told = Launched.start(variables, command, "--port", "0")) {
            assertThat(told.status()).isZero();
            return told.output();
        }
    }

    private static Path tellingJdk(Path folder) throws IOException {
        Path programs = Files.createDirectories(folder.resolve("bin"));
        for (String name : List.of("java", "javac")) {
            Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\necho \"$@\"\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        Files.writeString(folder.resolve("release"), "JAVA_VERSION=\"999\"\n");
        return folder;
    }

    @Test
    void onlyServeHasASmallYoungGenerationUnlessTheUserWantsAnother(@TempDir Path folder)
            throws IOException {
        String flag = "-XX:MaxNewSize";
        Path jdk = tellingJdk(folder);
        assertThat(jvmOf(jdk, "serve", "-Xmx256m")).contains(flag, "dev.millrace.cli.Main serve");
        assertThat(jvmOf(jdk, "hello", "-Xmx256m"))
                .doesNotContain(flag)
                .contains("dev.millrace.cli.Main hello");
        for (String options : List.of("-Xmx256m -Xmn64m", "-XX:NewRatio=2", "-Xmx9m", "-Xmx24m")) {
            assertThat(jvmOf(jdk, "serve", options))
                    .as(options)
                    .doesNotContain(flag)
                    .contains("dev.millrace.cli.Main serve");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xmx256m -Xmn64m", "-Xmx256m", "-Xmx9m"})
    void noHeapIsSoSmallThatTheJvmDoesNotStartWithIt(String options) {
        Map<String, String> variables = Map.of("JDK_JAVA_OPTIONS", options);
        try (Launched server = Launched.start(variables, "serve", "--port", "0").listening()) {
            assertThat(server.port()).isPositive();
        }
    }
}
