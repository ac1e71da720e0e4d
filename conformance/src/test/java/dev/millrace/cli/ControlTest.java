package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.sys.Libc;
import dev.millrace.sys.PseudoTerminal;
import dev.millrace.testing.Kernel;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ps}, {@code reload} and {@code stop}, and what a terminal shows. */
class ControlTest {
    @TempDir private Path folder;

    /** The command, with its sockets in the test's folder. */
    private Launched start(String... words) {
        return Launched.start(Map.of("XDG_RUNTIME_DIR", folder.toString()), words);
    }

    private static List<String> output(Launched command, int status) {
        try (command) {
            List<String> lines = command.output().lines().toList();
            assertThat(command.status()).isEqualTo(status);
            return lines;
        }
    }

    private static String error(Launched command, int status) {
        try (command) {
            assertThat(command.status()).isEqualTo(status);
            return command.errors();
        }
    }

    private List<Path> sockets() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(one -> one.toString().endsWith(".sock")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theOnlyProgramIsListedReloadedReplacedAndStopped() throws IOException {
        try (Launched server = start("hello", "--port=0", "--workers=2").listening()) {
            WorkersTest.until("a control socket", () -> sockets().size() == 1);
            Path socket = sockets().getFirst();
            assertThat(socket.toString()).endsWith("-" + server.port() + ".sock");
            List<ProcessHandle> before = server.children();
            List<String> lines = output(start("ps"), 0);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .isEqualTo("rw-------");
            assertThat(lines).hasSize(3);
            assertThat(lines.getFirst()).startsWith("worker      pid  state").contains("memory");
            assertThat(lines.get(1)).containsPattern("^ +1 +\\d+  online .* MiB +\\d+ s$");
            assertThat(output(start("reload"), 0).getFirst())
                    .startsWith("replaced 2, killed 0, took_ms ");
            assertThat(server.children()).hasSize(2).doesNotContainAnyElementsOf(before);
            long successor = replace(server);
            Launched watch = start("ps", "--watch");
            assertThat(watchedTwice(watch)).as("workers of the new one").isTrue();
            assertThat(output(start("stop", "--limit=5s"), 0)).isEmpty();
            WorkersTest.until("the new one's end", () -> !Kernel.isRunning(successor));
            assertThat(output(watch, 0)).as("it ends with the program").isNotNull();
            assertThat(socket).doesNotExist();
            assertThat(error(start("stop"), 3)).contains("nothing of this user's runs");
        }
    }

    /** The number of the new primary, which has its start line to say as well. */
    private long replace(Launched server) {
        String said = output(start("replace"), 0).getFirst();
        assertThat(said).matches("pid \\d+");
        assertThat(server.status()).as("the old one ends").isZero();
        assertThat(server.line()).contains(" · " + said + " · ", ":" + server.port());
        return Long.parseLong(said.substring("pid ".length()));
    }

    /** Whether a list comes again, with what is counted in a second. */
    private static boolean watchedTwice(Launched watch) {
        int headings = 0;
        while (headings < 2) {
            headings += watch.line().contains("requests/s") ? 1 : 0;
        }
        return true;
    }

    @Test
    void ofSeveralOneIsChosen() {
        String own = folder.resolve("own").toString();
        try (Launched first = start("hello", "--port=0", "--workers=1").listening();
                Launched second = start("hello", "--port=0", "--workers=1").listening();
                Launched third =
                        start("hello", "--port=0", "--workers=1", "--control", own).listening()) {
            assertThat(error(start("reload"), 1))
                    .startsWith("millrace: several programs run; choose one with --control:\n")
                    .contains("-" + first.port() + ".sock pid " + first.pid())
                    .contains("listens IPv4:127.0.0.1")
                    .hasLineCount(3);
            assertThat(output(start("stop", "--control", own), 0)).isEmpty();
            assertThat(third.status()).isZero();
            assertThat(second.signal("TERM").status()).isZero();
            assertThat(output(start("ps"), 0)).as("one is left").hasSize(2);
            assertThat(first.signal("TERM").status()).isZero();
        }
        assertThat(error(start("ps", "--control", own), 3)).contains("there is no control socket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello --port=0 --workers=2",
                "start --listen=tcp://127.0.0.1:0 --workers=2 -- sleep 1000"
            })
    void aTerminalShowsEachWorkerAnewEachSecond(String command) throws Exception {
        Launched.requireBuilt();
        List<String> words =
                new ArrayList<>(List.of(Launched.root().resolve("millrace").toString()));
        words.addAll(List.of(command.split(" ")));
        StringBuilder shown = new StringBuilder();
        try (Libc libc = new Libc()) {
            PseudoTerminal pty = PseudoTerminal.open(libc);
            File device = new File(pty.path());
            ProcessBuilder builder = new ProcessBuilder(words);
            builder.environment().put("MILLRACE_BUILD", "no");
            builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
            builder.redirectOutput(device).redirectError(device);
            Process server = builder.start();
            try {
                Pattern twice =
                        Pattern.compile(
                                "(?s)worker +pid  state.*requests/s.* 1 +\\d+  (online|starting).* 2"
                                        + " +\\d+  (online|starting).*\u001b\\[3A\u001b\\[J *worker");
                Kernel.await(
                        "two showings", () -> twice.matcher(shown.append(pty.shown(libc))).find());
                server.destroy();
                Kernel.await(
                        "the end",
                        () -> {
                            shown.append(pty.shown(libc));
                            return !server.isAlive();
                        });
                assertThat(server.waitFor(Launched.DEADLINE_SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(server.exitValue()).isZero();
            } finally {
                server.destroyForcibly();
                pty.close(libc);
            }
        }
    }
}
