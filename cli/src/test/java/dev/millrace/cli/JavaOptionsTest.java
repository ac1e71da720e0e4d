package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The JVM's options, as far as they fit another program. */
class JavaOptionsTest {

    @Test
    void theCacheAndTheHeapOfTheCommandAreItsOwn() {
        assertThat(
                        JavaOptions.of(
                                List.of(
                                        "java",
                                        "-XX:AOTCache=command.aot",
                                        "-XX:+UseSerialGC",
                                        "-Xmx256m",
                                        "-XX:MaxNewSize=16m",
                                        "--enable-native-access=dev.millrace",
                                        "-p",
                                        "a.jar",
                                        "-m",
                                        "dev.millrace.cli/dev.millrace.cli.Main",
                                        "--workers",
                                        "2")))
                .containsExactly(
                        "-Xshare:auto",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "--enable-native-access=dev.millrace");
        assertThat(JavaOptions.of(List.of("java"))).containsExactly("-Xshare:auto");
    }
}
