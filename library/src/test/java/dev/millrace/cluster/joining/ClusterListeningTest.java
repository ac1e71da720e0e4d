package dev.millrace.cluster.joining;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cluster.Cluster;
import dev.millrace.cluster.ClusterOptions;
import dev.millrace.cluster.Primary;
import dev.millrace.ipc.ChildOptions;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.udp.UdpSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that are workers and do not know it. */
@Tag("epoll")
class ClusterListeningTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final Set<Address> addresses = new LinkedHashSet<>();

    private Primary start(int workers, String what) {
        return start(workers, ChildJvm.archived(PlainProgram.class, what));
    }

    private Primary start(int workers, List<String> command) {
        ChildOptions child =
                ChildOptions.DEFAULTS
                        .withCommand(command)
                        .withEnvironment(Map.of(ListenSource.Provider.VARIABLE, "cluster"));
        Primary primary =
                Cluster.primary(
                        loop, ClusterOptions.DEFAULTS.withWorkers(workers).withChild(child));
        primary.onListening((worker, address) -> {
            addresses.add(address);
            journal.add("listens");
        });
        primary.onExit((worker, exit) -> journal.add("exit " + exit.orElseThrow().status()));
        return primary;
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private void until(String what, BooleanSupplier condition) {
        LoopFixture.pollUntil(loop, what, condition);
    }

    private void end(Primary primary) {
        primary.shutdown(Duration.ZERO);
        until("the end", () -> primary.workers().isEmpty());
    }

    private String greeting(Address address) {
        StringBuilder text = new StringBuilder();
        NetSocket.connect(loop, address)
                .onData(data -> text.append(StandardCharsets.UTF_8.decode(data)));
        until("a greeting", () -> text.indexOf("\n") > 0);
        return text.toString().strip();
    }

    @Test
    @Tag("L5")
    void whatAPlainProgramListensOnIsShared() {
        Primary primary = start(2, "tcp");
        until("both listen", () -> journal.count("listens") == 2);
        assertThat(addresses).as("on one port").hasSize(1);
        Set<String> pids = new LinkedHashSet<>();
        for (int number = 0; number < 1_000 && pids.size() < 2; number++) {
            pids.add(greeting(addresses.iterator().next()));
        }
        List<String> workers =
                primary.workers().stream()
                        .map(worker -> String.valueOf(worker.pid().orElseThrow()))
                        .toList();
        assertThat(pids).containsExactlyInAnyOrderElementsOf(workers);
        end(primary);
    }

    @Test
    void datagramSocketsAreShared() {
        Primary primary = start(2, "udp");
        until("both listen", () -> journal.count("listens") == 2);
        assertThat(addresses).hasSize(1);
        StringBuilder text = new StringBuilder();
        UdpSocket client = UdpSocket.create(loop);
        client.onMessage((data, from) -> text.append(StandardCharsets.UTF_8.decode(data)));
        client.send("ping", (IpAddress) addresses.iterator().next());
        until("an answer", () -> text.indexOf("\n") > 0);
        client.close();
        end(primary);
    }

    /** Each worker has a pipe as descriptor 3, from whatever has started it. */
    @Test
    @Tag("X88")
    void behindInheritedSocketsConnectionsMoveAsWell(@TempDir Path folder) {
        String pipe = "mkfifo \"$0-$$\" && exec 3<>\"$0-$$\"";
        String inherit = pipe + " && LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"";
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", inherit, folder.resolve("fifo").toString()));
        command.addAll(ChildJvm.archived(PlainProgram.class, "kept"));
        Primary primary = start(2, command);
        until("both listen", () -> journal.count("listens") == 2);
        Address address = addresses.iterator().next();
        List<StringBuilder> texts = new ArrayList<>();
        List<NetSocket> sockets = new ArrayList<>();
        for (int number = 0; number < 2; number++) {
            StringBuilder text = new StringBuilder();
            texts.add(text);
            sockets.add(
                    NetSocket.connect(loop, address)
                            .onData(data -> text.append(StandardCharsets.UTF_8.decode(data))));
        }
        Set<String> before = answers(sockets, texts);
        assertThat(before).as("each has a place, and the full one is passed over").hasSize(2);
        primary.reload().whenComplete((done, failed) -> journal.add("reloaded " + failed));
        until("reloaded", () -> journal.count("reloaded null") == 1);
        assertThat(answers(sockets, texts)).hasSize(2).doesNotContainAnyElementsOf(before);
        assertThat(primary.movedCount()).isEqualTo(2);
        sockets.forEach(NetSocket::destroy);
        end(primary);
    }

    /** What each connection is told. */
    private Set<String> answers(List<NetSocket> sockets, List<StringBuilder> texts) {
        texts.forEach(text -> text.setLength(0));
        sockets.forEach(socket -> socket.write("who\n"));
        until("answers", () -> texts.stream().allMatch(text -> text.indexOf("\n") > 0));
        return texts.stream().map(text -> text.toString().strip()).collect(Collectors.toSet());
    }

    @Test
    void aSecondLoopIsToldThatAWorkerHasOne() {
        Primary primary = start(1, "two");
        until("the second loop is refused", () -> journal.count("exit 7") > 0);
        assertThat(journal.count("listens")).as("the first one listened").isEqualTo(1);
        end(primary);
    }
}
