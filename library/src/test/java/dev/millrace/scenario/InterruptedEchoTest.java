package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Strace;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred megabytes there and back between two processes, both under strace, whose system calls
 * strace makes fail on every third turn. Each command is printed, to be repeated by hand.
 */
@Tag("faults")
@Tag("epoll")
class InterruptedEchoTest {
    private static final int BYTES = 100_000_000;
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final String CALLS = "epoll_wait,epoll_pwait,accept4,recvfrom,sendto,connect";
    private static final Pattern SENT =
            Pattern.compile("sendto\\(.*, (\\d+), \\S*MSG_NOSIGNAL, NULL, 0\\) = (\\d+).*");

    @TempDir private Path folder;

    private String echo(String bufferBytes, String... options)
            throws IOException, InterruptedException {
        List<String> faults = List.of(options);
        List<String> server =
                Strace.command(
                        folder.resolve("server"), faults, LongEcho.class, "server", bufferBytes);
        Process process = start(server);
        try (BufferedReader lines = process.inputReader()) {
            String port = lines.readLine();
            List<String> client =
                    Strace.command(
                            folder.resolve("client"),
                            faults,
                            LongEcho.class,
                            "client",
                            bufferBytes,
                            port,
                            Integer.toString(BYTES));
            System.out.println("server: " + shown(server) + "\nclient: " + shown(client));
            ChildJvm.Result result = ChildJvm.run(client);
            assertThat(result.status()).as(result.output()).isZero();
            assertThat(lines.lines().toList()).as("nothing fails at the server").isEmpty();
            assertThat(process.waitFor()).isZero();
            return result.output();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** As a shell takes it; the class path alone is left out. */
    private static String shown(List<String> command) {
        String path = System.getProperty("java.class.path");
        return command.stream()
                .map(word -> word.equals(path) ? "\"$CLASSPATH\"" : word)
                .collect(Collectors.joining(" "));
    }

    private static void expectSameBytes(String output) {
        List<String> lines = output.lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.getFirst()).isEqualTo("bytes " + BYTES);
        assertThat(lines.get(2).replace("received", "sent")).isEqualTo(lines.get(1));
    }

    /** How often {@code call} ended so, at either end. */
    private long count(String call, String outcome) throws IOException {
        try (Stream<String> client = Files.lines(folder.resolve("client"));
                Stream<String> server = Files.lines(folder.resolve("server"))) {
            return Stream.concat(client, server)
                    .filter(line -> line.contains(call) && line.contains(outcome))
                    .count();
        }
    }

    @Test
    @Tag("B9")
    @Tag("X61")
    void everyThirdCallIsInterruptedAndNothingShows() throws IOException, InterruptedException {
        String faults = "inject=" + CALLS + ":error=EINTR:when=1+3";
        expectSameBytes(echo("0", "-e", "trace=" + CALLS, "-e", faults));
        for (String call : List.of("accept4(", "sin_port=htons(")) {
            assertThat(count(call, "EINTR")).as(call).isEqualTo(1);
        }
        for (String call : List.of("epoll_wait(", "recvfrom(", "sendto(")) {
            assertThat(count(call, "EINTR")).as(call).isGreaterThan(100);
        }
    }

    /**
     * The smallest buffers that the kernel gives make every send of a long array a short one.
     * strace can't: a result that it invents for a send is a send that did not happen.
     */
    @Test
    @Tag("X62")
    void shortReadsAndWritesKeepTheOrder() throws IOException, InterruptedException {
        expectSameBytes(echo("" + BUFFER_BYTES, "-e", "trace=epoll_wait,recvfrom,sendto"));
        assertThat(shortSends()).isGreaterThan(BYTES / 100_000);
        expectNoSpinning();
    }

    /**
     * EAGAIN instead of what could have been done is no loss: the kernel still reports it ready.
     */
    @Test
    @Tag("X62")
    void stormsOfEagainKeepTheOrder() throws IOException, InterruptedException {
        String calls = "accept4,recvfrom,sendto";
        String faults = "inject=" + calls + ":error=EAGAIN:when=1+3";
        expectSameBytes(echo("0", "-e", "trace=epoll_wait," + calls, "-e", faults));
        assertThat(count("sendto(", "EAGAIN")).isGreaterThan(100);
        assertThat(count("recvfrom(", "EAGAIN")).isGreaterThan(100);
        expectNoSpinning();
    }

    private void expectNoSpinning() throws IOException {
        long transfers = count("sendto(", "") + count("recvfrom(", "");
        assertThat(count("epoll_wait(", "")).as("%d transfers", transfers).isLessThan(transfers);
    }

    private long shortSends() throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("server"))) {
            return lines.map(SENT::matcher)
                    .filter(Matcher::find)
                    .filter(send -> !send.group(1).equals(send.group(2)))
                    .count();
        }
    }

    /** The interruptions take 800 ms; whoever began the wait anew after the last would be late. */
    @Test
    @Tag("X61")
    void aTimerIsOnTimeThoughItsWaitIsInterrupted() throws IOException, InterruptedException {
        String calls = "epoll_wait,epoll_pwait";
        List<String> command =
                Strace.command(
                        folder.resolve("timer"),
                        List.of(
                                "-e",
                                "trace=" + calls,
                                "-e",
                                "inject=" + calls + ":error=EINTR:delay_exit=20000:when=1..40"),
                        LongEcho.class,
                        "timer",
                        "1000");
        System.out.println(shown(command));
        ChildJvm.Result result = ChildJvm.run(command);
        assertThat(result.output()).startsWith("took ");
        int tookMillis = Integer.parseInt(result.output().strip().substring("took ".length()));
        assertThat(tookMillis).isBetween(900, 1500);
        assertThat(Files.readAllLines(folder.resolve("timer")))
                .filteredOn(line -> line.contains("EINTR"))
                .hasSize(40);
    }
}
