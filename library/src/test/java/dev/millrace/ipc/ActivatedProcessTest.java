package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that get sockets as systemd gives them: shells, which write down what they find. */
@Tag("epoll")
class ActivatedProcessTest {
    @TempDir Path folder;
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        loop.close();
    }

    private ListenHandle listener() throws IOException {
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        listener.bind(IpAddress.loopback(0));
        listener.open();
        return listener;
    }

    /** Runs {@code script}; what it writes to $OUT. */
    private List<String> output(SequencedMap<String, Descriptor> sockets, String script)
            throws IOException {
        Path out = folder.resolve("out");
        ActivatedProcess process =
                ActivatedProcess.start(
                        loop,
                        List.of("sh", "-c", script),
                        sockets,
                        Map.of("OUT", out.toString(), "HOME", ""));
        long pid = process.pid();
        process.onExit(exit -> journal.add("exit " + exit.status()));
        LoopFixture.pollUntil(loop, "the end", () -> journal.count("exit 0") > 0);
        assertThat(process.isAlive()).isFalse();
        return Stream.concat(Stream.of(String.valueOf(pid)), Files.readAllLines(out).stream())
                .toList();
    }

    @Test
    @Tag("X97")
    void theSocketsComeInTheirOrderAndNothingElse() throws IOException {
        try (Libc libc = new Libc();
                Descriptor first = listener().duplicate();
                Descriptor second = listener().duplicate()) {
            // Not closed on exec: a child that inherits would have it.
            Descriptor leaky = Descriptor.of(libc.open("/dev/zero", Linux.O_RDONLY));
            SequencedMap<String, Descriptor> sockets = new LinkedHashMap<>();
            // The later one has the smaller number: each is to come to its own place all the same.
            sockets.put("b", second);
            sockets.put("a", first);
            List<String> lines =
                    output(
                            sockets,
                            "{ echo $LISTEN_FDS $LISTEN_FDNAMES $LISTEN_PID ${HOME-none};"
                                    + " for fd in 0 3 4; do readlink /proc/$$/fd/$fd; done;"
                                    + " ls /proc/$$/fd; } > $OUT");
            assertThat(lines.get(1)).isEqualTo("2 b:a " + lines.get(0) + " none");
            assertThat(lines.subList(2, 5))
                    .containsExactly("/dev/null", socket(second), socket(first));
            assertThat(lines.subList(5, lines.size()))
                    .as("nothing but its streams, and the sockets")
                    .doesNotContain("5", "6", "7", "8", String.valueOf(leaky.number()))
                    .contains("0", "1", "2", "3", "4");
            assertThat(libc.fcntl(first.number(), Linux.F_GETFL, 0) & Linux.O_NONBLOCK)
                    .as("as systemd passes them")
                    .isZero();
            assertThat(libc.fcntl(first.number(), Linux.F_GETFD, 0)).isEqualTo(Linux.FD_CLOEXEC);
            leaky.close();
        }
    }

    private static String socket(Descriptor descriptor) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor.number())).toString();
    }

    @Test
    void itIsInAGroupOfItsOwnAndNoSignalIsBlocked() throws IOException {
        List<String> lines =
                output(
                        new LinkedHashMap<>(),
                        "{ cut -d' ' -f5 /proc/$$/stat; grep SigBlk /proc/self/status; } > $OUT");
        assertThat(lines.get(1))
                .as("the group is called as its first process")
                .isEqualTo(lines.get(0));
        assertThat(lines.get(2)).matches("SigBlk:\\s+0+");
    }

    @Test
    void itEndsWhenItIsAskedToAndToldHow() throws IOException {
        // @start region="activated"
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        listener.bind(IpAddress.loopback(0));
        listener.open();
        SequencedMap<String, Descriptor> sockets = new LinkedHashMap<>();
        sockets.put("http", listener.duplicate());
        List<String> command = List.of("sleep", "1000");
        ActivatedProcess server = ActivatedProcess.start(loop, command, sockets, Map.of());
        server.onExit(exit -> journal.add("exit " + exit.status()));
        // @end region="activated"
        assertThat(server.isAlive()).isTrue();
        assertThat(loop.isAlive()).as("it keeps the loop alive").isTrue();
        server.terminate();
        LoopFixture.pollUntil(loop, "the end", () -> journal.count("exit 143") > 0);
        server.kill();
        ActivatedProcess stubborn =
                ActivatedProcess.start(
                        loop,
                        List.of("sh", "-c", "trap '' TERM; exec sleep 1000"),
                        sockets,
                        Map.of());
        stubborn.onExit(exit -> journal.add("exit " + exit.signal().orElse(0)));
        stubborn.kill();
        LoopFixture.pollUntil(loop, "the end", () -> journal.count("exit 9") > 0);
        sockets.values().forEach(Descriptor::close);
        listener.close();
    }

    @Test
    void whatCantBeStartedSaysSo() throws IOException {
        SequencedMap<String, Descriptor> none = new LinkedHashMap<>();
        ActivatedProcess.start(loop, List.of("/no/such/program"), none, Map.of())
                .onExit(exit -> journal.add("exit " + exit.status()));
        LoopFixture.pollUntil(loop, "the end", () -> journal.count("exit 127") > 0);
        assertThatThrownBy(() -> ActivatedProcess.start(loop, List.of(), none, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name a program");
        try (Descriptor socket = listener().duplicate()) {
            for (String name : List.of("", "a:b", "a b", "x".repeat(256), "ü")) {
                SequencedMap<String, Descriptor> wrong = new LinkedHashMap<>(Map.of(name, socket));
                assertThatThrownBy(() ->
                                ActivatedProcess.start(loop, List.of("true"), wrong, Map.of()))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("255");
            }
        }
    }
}
