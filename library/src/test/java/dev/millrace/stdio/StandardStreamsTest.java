package dev.millrace.stdio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.stream.WriteLimit;
import dev.millrace.sys.Libc;
import dev.millrace.sys.PseudoTerminal;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standard input and output of a child, which a shell or this test has opened. */
class StandardStreamsTest {
    @TempDir Path folder;

    private static String java(Class<?> program, String... arguments) {
        return "'" + String.join("' '", ChildJvm.archived(program, arguments)) + "'";
    }

    private String shell(String script) throws IOException, InterruptedException {
        ChildJvm.Result result = ChildJvm.run(List.of("sh", "-c", script));
        assertThat(result.status()).as(result.output()).isZero();
        return result.output();
    }

    private static void expectEnd(Process child, int status) throws InterruptedException {
        boolean isOver = child.waitFor(LoopFixture.DEADLINE_SECONDS, TimeUnit.SECONDS);
        child.destroyForcibly();
        assertThat(isOver).as("the child ended by itself").isTrue();
        assertThat(child.exitValue()).isEqualTo(status);
    }

    private ProcessBuilder builder(Class<?> program, String... arguments) {
        return new ProcessBuilder(ChildJvm.archived(program, arguments))
                .redirectError(folder.resolve("errors").toFile());
    }

    private String errors() throws IOException {
        return Files.readString(folder.resolve("errors"));
    }

    /** The flags that the shell's own descriptors have afterwards: they share the description. */
    @Test
    @Tag("B3")
    @Tag("epoll")
    void pipesAreServedByTheLoopAndTheShellsFlagsStay() throws Exception {
        String script =
                "printf hi | { %s; cat /proc/self/fdinfo/0 /proc/self/fdinfo/1; } | cat"
                        .formatted(java(StandardPrograms.Copy.class));
        List<String> lines = shell(script).lines().toList();
        assertThat(lines).anyMatch(line -> line.endsWith("PIPE PIPE"));
        assertThat(String.join("", lines)).contains("hi");
        List<Integer> flags =
                lines.stream()
                        .filter(line -> line.startsWith("flags:"))
                        .map(line -> Integer.parseInt(line.substring(6).strip(), 8))
                        .toList();
        assertThat(flags).hasSize(2).allMatch(bits -> (bits & 04000) == 0);
    }

    @Test
    void aReaderThatTakesItsTimeGetsEverything() throws Exception {
        int count = 3_000_000;
        Process child = builder(StandardPrograms.Much.class, "" + count).start();
        try (InputStream output = child.getInputStream()) {
            Kernel.await("the pipe to be full", () -> available(output) >= 60_000);
            byte[] bytes = output.readNBytes(count + 1);
            assertThat(bytes).hasSize(count);
            assertThat(RawClient.isPattern(bytes)).isTrue();
        }
        expectEnd(child, 0);
    }

    private static int available(InputStream stream) {
        try {
            return stream.available();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Tag("epoll")
    void aReaderThatLeavesIsAnError() throws Exception {
        Process child = builder(StandardPrograms.Much.class, "3000000").start();
        child.getInputStream().close();
        expectEnd(child, 0);
        assertThat(errors()).isEqualTo("EPIPE");
    }

    @Test
    @Tag("epoll")
    void filesAreReadAndWrittenByThreads() throws Exception {
        byte[] bytes = RawClient.pattern(1_000_000);
        Path from = Files.write(folder.resolve("from"), bytes);
        File to = folder.resolve("to").toFile();
        Process child =
                builder(StandardPrograms.Copy.class)
                        .redirectInput(from.toFile())
                        .redirectOutput(to)
                        .start();
        expectEnd(child, 0);
        assertThat(Files.readAllBytes(to.toPath())).isEqualTo(bytes);
        assertThat(errors()).startsWith("FILE FILE").contains("millrace-stdout");
    }

    @Test
    void whatAThreadHasReadStaysUntilItsReaderReturns() throws Exception {
        Path from = Files.write(folder.resolve("from"), RawClient.pattern(300_000));
        expectEnd(builder(StandardPrograms.Lent.class).redirectInput(from.toFile()).start(), 0);
        assertThat(errors()).isEqualTo("closed");
    }

    @Test
    void aPausedInputIsReadNoFurther() throws Exception {
        Path from = Files.write(folder.resolve("from"), RawClient.pattern(8 << 20));
        expectEnd(builder(StandardPrograms.Paused.class).redirectInput(from.toFile()).start(), 0);
        assertThat(errors()).isEqualTo("pos: 65536");
    }

    @Test
    void aFileIsDrainedWhenItHasEverything() throws Exception {
        File to = folder.resolve("to").toFile();
        expectEnd(builder(StandardPrograms.Drained.class).redirectOutput(to).start(), 0);
        assertThat(errors()).isEqualTo("0 closed");
        assertThat(to).hasSize(8 << 20);
    }

    /** Loops come and go in one process, and each may leave a reader behind. */
    @Test
    void theReaderOfAnInputThatIsLeftPausedEndsAfterAWhile() throws Exception {
        Path from = Files.write(folder.resolve("from"), RawClient.pattern(300_000));
        expectEnd(builder(StandardPrograms.Left.class).redirectInput(from.toFile()).start(), 0);
        assertThat(errors()).isEqualTo("TIMED_WAITING");
    }

    @Test
    @Tag("X80")
    void moreThanTheLimitForAFileEndsTheStream() throws Exception {
        File to = folder.resolve("to").toFile();
        String count = "" + (WriteLimit.DEFAULTS.maxQueuedBytes() + 100_000);
        expectEnd(builder(StandardPrograms.Much.class, count).redirectOutput(to).start(), 0);
        assertThat(errors()).isEqualTo("ENOBUFS");
        assertThat(to.length()).isLessThan(WriteLimit.DEFAULTS.maxQueuedBytes());
    }

    /** The shell writes to the same connection afterwards. */
    @Test
    @Tag("epoll")
    void aSocketIsNotShutDownForThoseWhoShareIt() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String script =
                    "exec 1<>/dev/tcp/127.0.0.1/%d; %s; echo after"
                            .formatted(
                                    server.getLocalPort(),
                                    java(StandardPrograms.Much.class, "100000"));
            Process child = new ProcessBuilder("bash", "-c", script).start();
            try (Socket connection = server.accept()) {
                byte[] bytes = connection.getInputStream().readAllBytes();
                assertThat(new String(bytes, StandardCharsets.ISO_8859_1)).endsWith("after\n");
                assertThat(bytes).hasSize(100_006);
            }
            expectEnd(child, 0);
        }
    }

    @Test
    void theInputIsReadThoughTheOutputIsClosed() throws Exception {
        Process child = builder(StandardPrograms.CloseOutput.class).start();
        try (OutputStream input = child.getOutputStream()) {
            input.write('h');
            input.write('i');
        }
        expectEnd(child, 0);
        assertThat(errors()).isEqualTo("hi");
    }

    @Test
    @Tag("X82")
    void whatIsNotPromisedToAnyThreadIsRefusedOnAForeignOne() throws Exception {
        expectEnd(builder(StandardPrograms.Foreign.class).start(), 0);
        assertThat(errors().lines())
                .hasSize(2)
                .first()
                .isEqualTo("accepted:regions toString toString");
        assertThat(errors().lines().toList().getLast().replace("OTHER", "PIPE"))
                .isEqualTo("StandardInput[open, PIPE] StandardOutput[open, descriptor 1, PIPE]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    @Tag("B7")
    void whatFailsForAThreadHasItsCode(String driver) throws Exception {
        String script =
                "MILLRACE_DRIVER=%s %s </ >/dev/full"
                        .formatted(driver, java(StandardPrograms.Failing.class));
        assertThat(shell(script).lines()).containsExactlyInAnyOrder("write ENOSPC", "read EISDIR");
    }

    @Test
    @Tag("epoll")
    void theNullDeviceIsAnEmptyFile() throws Exception {
        File nothing = new File("/dev/null");
        Process child =
                builder(StandardPrograms.Copy.class)
                        .redirectInput(nothing)
                        .redirectOutput(nothing)
                        .start();
        expectEnd(child, 0);
        assertThat(errors()).startsWith("FILE FILE");
    }

    @Test
    void withoutADriverForDescriptorsThreadsDoIt() throws Exception {
        String script =
                "printf hi | MILLRACE_DRIVER=nio %s | cat"
                        .formatted(java(StandardPrograms.Copy.class));
        assertThat(shell(script)).contains("hi").contains("OTHER OTHER millrace-std");
    }

    /** Threads serve the files, and no driver knows of them. */
    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    void aLoopHasOneStreamOfEachAtATime(String driver) throws Exception {
        Path from = Files.writeString(folder.resolve("from"), "text");
        ProcessBuilder builder =
                builder(StandardPrograms.Twice.class)
                        .redirectInput(from.toFile())
                        .redirectOutput(folder.resolve("to").toFile());
        builder.environment().put("MILLRACE_DRIVER", driver);
        expectEnd(builder.start(), 0);
        assertThat(errors().lines())
                .containsExactly(
                        "this loop has descriptor 0 already",
                        "this loop has descriptor 1 already",
                        "this loop has descriptor 2 already",
                        "opened again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    void anInputThatNobodyWaitsForHoldsNothing(String driver) throws Exception {
        ProcessBuilder builder = builder(StandardPrograms.Unref.class);
        builder.environment().put("MILLRACE_DRIVER", driver);
        expectEnd(builder.start(), 0);
        assertThat(errors()).isEmpty();
    }

    /** Nor by a thread, which can't be called back from write(2). */
    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    void anOutputThatWasGivenUpIsNotWaitedFor(String driver) throws Exception {
        ProcessBuilder builder = builder(StandardPrograms.GiveUp.class);
        builder.environment().put("MILLRACE_DRIVER", driver);
        expectEnd(builder.start(), 0);
        assertThat(errors()).isEqualTo("closed");
    }

    /** What was written before the end goes out whole. */
    @ParameterizedTest
    @ValueSource(strings = {"epoll", "nio"})
    @Tag("R16")
    void aWriteAfterTheEndIsToldOnceWithTheClose(String driver) throws Exception {
        ProcessBuilder builder = builder(StandardPrograms.Late.class);
        builder.environment().put("MILLRACE_DRIVER", driver);
        Process child = builder.start();
        assertThat(child.getInputStream().readAllBytes()).hasSize(1_000_000);
        expectEnd(child, 0);
        assertThat(errors())
                .isEqualTo("false false, write after end (ERR_STREAM_WRITE_AFTER_END), closed");
    }

    /**
     * The shell stops it and takes the terminal back, and it ends in the background: to change the
     * terminal there stops a process (SIGTTOU).
     */
    @Test
    @Tag("epoll")
    void rawModeEndsThoughTheProgramEndsInTheBackground() throws Exception {
        String right = "status " + (128 + 15) + ", settings as before";
        List<String> outcomes = new ArrayList<>();
        // A read in the background stops a program as well (SIGTTIN), if it comes before its end.
        while (outcomes.size() < 4 && !outcomes.contains(right)) {
            outcomes.add(endInTheBackground());
        }
        assertThat(outcomes).contains(right);
    }

    private String endInTheBackground() throws Exception {
        try (Libc libc = new Libc()) {
            PseudoTerminal pty = PseudoTerminal.open(libc);
            String before = pty.settings();
            File device = new File(pty.path());
            String script =
                    "%s; kill -CONT %%1; kill -TERM %%1; wait %%1; echo $? >&2"
                            .formatted(java(StandardPrograms.Raw.class));
            Process shell =
                    new ProcessBuilder("setsid", "--ctty", "bash", "--norc", "-i", "-c", script)
                            .redirectInput(device)
                            .redirectOutput(device)
                            .redirectError(folder.resolve("errors").toFile())
                            .start();
            Kernel.await("raw mode", () -> pty.shown(libc).contains("raw"));
            ProcessHandle program = shell.toHandle().descendants().findFirst().orElseThrow();
            new ProcessBuilder("kill", "-STOP", "" + program.pid()).start().waitFor();
            expectEnd(shell, 0);
            program.destroyForcibly();
            String status = "status " + errors().lines().toList().getLast();
            boolean isAsBefore = pty.settings().equals(before);
            pty.close(libc);
            return status + ", settings " + (isAsBefore ? "as before" : "changed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "x: exit", "an exception"})
    @Tag("epoll")
    void rawModeEndsWithTheProgramHoweverItEnds(String how) throws Exception {
        try (Libc libc = new Libc()) {
            PseudoTerminal pty = PseudoTerminal.open(libc);
            String before = pty.settings();
            File device = new File(pty.path());
            Process child =
                    builder(StandardPrograms.Raw.class)
                            .redirectInput(device)
                            .redirectOutput(device)
                            .start();
            Kernel.await("raw mode", () -> pty.shown(libc).contains("raw"));
            assertThat(pty.settings()).isNotEqualTo(before);
            pty.type(libc, how.substring(0, 1));
            expectEnd(child, how.startsWith("an") ? 1 : 0);
            assertThat(pty.settings()).isEqualTo(before);
            pty.close(libc);
        }
    }
}
