package dev.millrace.conformance.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.conformance.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes behind HAProxy, as deploy/haproxy.cfg has them: PROXY protocol version 2. */
@Tag("faults")
class HaproxyTest {
    private static final int REQUESTS = Integer.getInteger("millrace.balanced", 20_000);
    private static final int CLIENTS = 16;

    @Test
    void bothNodesAreReplacedUnderLoadAndNoRequestFails(@TempDir Path folder) throws Exception {
        try (BalancedNodes nodes = new BalancedNodes()) {
            balance(nodes, folder);
            try (BalancedClients clients = new BalancedClients(nodes.port(), CLIENTS)) {
                BalancedNodes.await(clients.after(REQUESTS / 4), clients);
                for (int at = 0; at < 2; at++) {
                    BalancedNodes.await(clients.servedBy(nodes.pid(at)), clients);
                    nodes.replace(at);
                    BalancedNodes.await(clients.servedBy(nodes.pid(at)), clients);
                }
                BalancedNodes.await(clients.after(REQUESTS), clients);
                assertThat(clients.failures()).as("of %d", clients.count()).isEmpty();
                System.out.println("HAProxy: " + clients.count() + " requests, none failed");
            }
        }
    }

    private static void balance(BalancedNodes nodes, Path folder) throws IOException {
        Path program = BalancedNodes.tool("haproxy");
        String text = Files.readString(ServerProcess.root().resolve("deploy/haproxy.cfg"));
        String local =
                nodes.local(text)
                        .replace("bind :80", "bind 127.0.0.1:" + nodes.port())
                        .replace("inter 1s", "inter 200ms");
        Path file = Files.writeString(folder.resolve("haproxy.cfg"), local);
        nodes.balance(folder, program.toString(), "-db", "-f", file.toString());
    }

    /** Each node is a cluster, which replaces its workers by itself: HAProxy notices nothing. */
    @Test
    @Tag("X88")
    @Tag("epoll")
    void theWorkersOfBothNodesAreReplacedAndNoRequestFails(@TempDir Path folder) throws Exception {
        try (BalancedNodes nodes = new BalancedNodes(BalancedCluster.class)) {
            balance(nodes, folder);
            try (BalancedClients clients = new BalancedClients(nodes.port(), CLIENTS)) {
                int rolls = 0;
                while (clients.count() < REQUESTS || rolls < 2) {
                    BalancedNodes.await(clients.after(clients.count() + REQUESTS / 8), clients);
                    nodes.reload(rolls % 2);
                    rolls++;
                }
                BalancedNodes.await(clients.after(clients.count() + 1000), clients);
                assertThat(clients.failures()).as("of %d", clients.count()).isEmpty();
                assertThat(clients.serverCount())
                        .as("each worker has served")
                        .isEqualTo(BalancedCluster.WORKERS * (2 + rolls));
                System.out.printf(
                        "HAProxy: %d requests, %d rolls, none failed%n", clients.count(), rolls);
            }
        }
    }

    @Test
    void theConfigurationIsValid() throws IOException, InterruptedException {
        BalancedNodes.expectValid(
                BalancedNodes.tool("haproxy").toString(),
                "-c",
                "-f",
                ServerProcess.root() + "/deploy/haproxy.cfg");
    }
}
