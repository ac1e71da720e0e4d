package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --driver} and {@code MILLRACE_DRIVER}. */
class DriverOptionTest {
    private static final Map<String, String> NIO = Map.of("MILLRACE_DRIVER", "nio");

    @ParameterizedTest
    @ValueSource(strings = {"hello", "reflect", "serve"})
    void aServerRunsOnTheDriverThatIsAskedFor(String command) throws IOException {
        try (Launched server =
                Launched.start(command, "--driver", "nio", "--port", "0", "--loops", "2")
                        .listening()) {
            assertThat(server.startLine()).contains(" · nio · 2 loops · ");
            // Left before the end, which otherwise waits a while for its client to leave.
            try (Peer peer = Peer.of(server)) {
                assertThat(peer.ask("GET /").status()).isEqualTo(200);
            }
            assertThat(server.signal("TERM").status()).isZero();
            assertThat(server.errors()).isEmpty();
        }
    }

    @Test
    void theOptionCountsMoreThanTheEnvironment() {
        try (Launched server =
                Launched.start(NIO, "echo", "--driver=epoll", "--port=0").listening()) {
            assertThat(server.startLine()).contains(" · epoll · ");
        }
    }

    @Test
    void aSourceFileRunsOnTheDriverThatIsAskedFor(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("Which.java");
        Files.writeString(
                file,
                """
                import module dev.millrace;

                void main(String[] args) {
                    Loop.run(loop -> IO.println(loop.driverName() + " " + args[0]));
                }
                """);
        try (Launched one = Launched.start("run", "--driver", "nio", "" + file, "a");
                Launched two = Launched.start("run", "--driver=epoll", "" + file, "b");
                Launched three = Launched.start(NIO, "run", "" + file, "c")) {
            assertThat(one.output()).isEqualTo("nio a");
            assertThat(two.output()).isEqualTo("epoll b");
            assertThat(three.output()).isEqualTo("nio c");
        }
    }

    @Test
    void theDoctorSaysWhichAndWhy() {
        try (Launched usual = Launched.start("doctor");
                Launched forced = Launched.start(NIO, "doctor");
                Launched unknown = Launched.start(Map.of("MILLRACE_DRIVER", "kqueue"), "doctor")) {
            assertThat(usual.output())
                    .contains("epoll, because this is Linux and native access is granted\n");
            assertThat(forced.output())
                    .contains(
                            "nio, because the environment variable MILLRACE_DRIVER asks for it\n");
            assertThat(unknown.output())
                    .contains("none: ", "kqueue, which there is not: use one of epoll, nio\n");
            assertThat(unknown.status()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello --driver kqueue", "run --driver kqueue x.java"})
    void anUnknownDriverIsRefusedWithThoseThereAre(String words) {
        try (Launched command = Launched.start(words.split(" "))) {
            assertThat(command.status()).isEqualTo(2);
            assertThat(command.errors())
                    .isEqualTo(
                            "millrace: --driver kqueue: there is no such driver; use epoll or nio\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "run examples/Cat.java"})
    void anUnknownDriverOfTheEnvironmentIsWrongUsageToo(String words) {
        Map<String, String> unknown = Map.of("MILLRACE_DRIVER", "kqueue");
        try (Launched command = Launched.start(unknown, words.split(" "))) {
            assertThat(command.status()).isEqualTo(2);
            assertThat(command.errors())
                    .isEqualTo(
                            "millrace: the environment variable MILLRACE_DRIVER asks for the driver"
                                    + " kqueue, which there is not: use one of epoll, nio\n");
        }
    }

    @Test
    void whatTheDriverCantDoIsOneLine() {
        try (Launched command = Launched.start("echo", "--driver=nio", "--unix=@name")) {
            assertThat(command.status()).isEqualTo(1);
            assertThat(command.errors())
                    .startsWith(
                            "millrace: the driver nio can't do this: abstract Unix socket names")
                    .hasLineCount(1);
        }
    }
}
