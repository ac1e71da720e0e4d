package dev.millrace.conformance.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.conformance.ServerProcess;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes behind HAProxy, as deploy/haproxy.cfg has them; {@code haproxy} of Debian. */
@Tag("faults")
class HaproxyTest {
    private static final int REQUESTS = Integer.getInteger("millrace.balanced", 20_000);
    private static final int CLIENTS = 16;
    private static final int DEADLINE_SECONDS = 240;

    private final List<Process> processes = new ArrayList<>();

    static Path tool(String name) {
        for (String folder : List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin")) {
            if (Files.isExecutable(Path.of(folder, name))) {
                return Path.of(folder, name);
            }
        }
        assumeTrue(false, name + " is missing: apt-get install " + name);
        throw new AssertionError();
    }

    private static int[] freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int at = 0; at < count; at++) {
            sockets.add(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
        }
        int[] ports = sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private Process node(int port) throws IOException {
        List<String> command = ChildJvm.command(BalancedNode.class, String.valueOf(port));
        Process node =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        processes.add(node);
        assertThat(node.inputReader().readLine()).isEqualTo("listening");
        return node;
    }

    private void haproxy(Path program, Path folder, int... ports) throws IOException {
        String text = Files.readString(ServerProcess.root().resolve("deploy/haproxy.cfg"));
        String local =
                text.replace("bind :80", "bind 127.0.0.1:" + ports[0])
                        .replace("10.0.0.11:8080", "127.0.0.1:" + ports[1])
                        .replace("10.0.0.12:8080", "127.0.0.1:" + ports[2])
                        .replace("inter 1s", "inter 200ms");
        Path configuration = Files.writeString(folder.resolve("haproxy.cfg"), local);
        Process balancer =
                new ProcessBuilder(program.toString(), "-db", "-f", configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("haproxy.log").toFile())
                        .start();
        processes.add(balancer);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!isOpen(ports[0])) {
            assertThat(balancer.isAlive() && System.nanoTime() < deadline)
                    .as(Files.readString(folder.resolve("haproxy.log")))
                    .isTrue();
        }
    }

    private static boolean isOpen(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    private static void await(CompletableFuture<Void> event, BalancedClients clients)
            throws Exception {
        try {
            event.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } finally {
            if (!event.isDone()) {
                System.err.println(clients.count() + " responses, " + clients.failures());
            }
        }
    }

    @Test
    void bothNodesAreReplacedUnderLoadAndNoRequestFails(@TempDir Path folder) throws Exception {
        Path program = tool("haproxy");
        int[] ports = freePorts(3);
        try {
            Process[] nodes = {node(ports[1]), node(ports[2])};
            haproxy(program, folder, ports);
            try (BalancedClients clients = new BalancedClients(ports[0], CLIENTS)) {
                await(clients.after(REQUESTS / 4), clients);
                for (int at = 0; at < nodes.length; at++) {
                    await(clients.servedBy(nodes[at].pid()), clients);
                    nodes[at].destroy();
                    assertThat(nodes[at].waitFor(60, TimeUnit.SECONDS)).isTrue();
                    assertThat(nodes[at].exitValue()).isZero();
                    nodes[at] = node(ports[at + 1]);
                    await(clients.servedBy(nodes[at].pid()), clients);
                }
                await(clients.after(REQUESTS), clients);
                assertThat(clients.failures()).as("of %d", clients.count()).isEmpty();
                System.out.println("HAProxy: " + clients.count() + " requests, none failed");
            }
        } finally {
            processes.forEach(Process::destroyForcibly);
        }
    }

    @Test
    void theConfigurationsAreValid() throws Exception {
        Path root = ServerProcess.root();
        expectValid(tool("haproxy").toString(), "-c", "-f", root + "/deploy/haproxy.cfg");
    }

    /** Its module for connections is a package of its own. */
    @Test
    void theConfigurationOfNginxIsValid() throws Exception {
        String program = tool("nginx").toString();
        boolean hasStream =
                Files.exists(Path.of("/usr/lib/nginx/modules/ngx_stream_module.so"))
                        && Files.isReadable(Path.of("/etc/nginx/modules-enabled"));
        assumeTrue(hasStream, "nginx's stream is missing: apt-get install libnginx-mod-stream");
        expectValid(program, "-t", "-c", ServerProcess.root() + "/deploy/nginx.conf");
    }

    private static void expectValid(String... command) throws Exception {
        Process check = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(check.getInputStream().readAllBytes());
        assertThat(check.waitFor()).as(output).isZero();
    }
}
