package dev.millrace.conformance.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.conformance.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes behind nginx, as deploy/nginx.conf has them: PROXY protocol version 1. */
@Tag("faults")
class NginxTest {
    private static final int REQUESTS = 2_000;

    /** Its module for connections is a package of its own. */
    private static Path nginx() {
        Path program = BalancedNodes.tool("nginx");
        assumeTrue(
                Files.exists(Path.of("/usr/lib/nginx/modules/ngx_stream_module.so")),
                "nginx's stream is missing: apt-get install libnginx-mod-stream");
        return program;
    }

    @Test
    void bothNodesKnowTheirClients(@TempDir Path folder) throws Exception {
        Path program = nginx();
        try (BalancedNodes nodes = new BalancedNodes()) {
            String local =
                    nodes.local(Files.readString(ServerProcess.root().resolve("deploy/nginx.conf")))
                            .replace("listen 80", "listen 127.0.0.1:" + nodes.port());
            Path file =
                    Files.writeString(
                            folder.resolve("nginx.conf"),
                            "pid " + folder + "/nginx.pid;\nerror_log stderr;\n" + local);
            nodes.balance(folder, program.toString(), "-c", file.toString(), "-g", "daemon off;");
            try (BalancedClients clients = new BalancedClients(nodes.port(), 16)) {
                BalancedNodes.await(clients.servedBy(nodes.pid(0)), clients);
                BalancedNodes.await(clients.servedBy(nodes.pid(1)), clients);
                BalancedNodes.await(clients.after(REQUESTS), clients);
                assertThat(clients.failures()).isEmpty();
            }
        }
    }

    @Test
    void theConfigurationIsValid() throws IOException, InterruptedException {
        BalancedNodes.expectValid(
                nginx().toString(), "-t", "-c", ServerProcess.root() + "/deploy/nginx.conf");
    }
}
