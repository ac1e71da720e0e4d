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
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Programs that are workers and do not know it. */
@Tag("epoll")
class ClusterListeningTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final Set<Address> addresses = new LinkedHashSet<>();

    private Primary start(int workers, String what) {
        ChildOptions child =
                ChildOptions.DEFAULTS
                        .withCommand(ChildJvm.archived(PlainProgram.class, what))
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

    @Test
    void aSecondLoopIsToldThatAWorkerHasOne() {
        Primary primary = start(1, "two");
        until("the second loop is refused", () -> journal.count("exit 7") > 0);
        assertThat(journal.count("listens")).as("the first one listened").isEqualTo(1);
        end(primary);
    }
}
