package dev.millrace.conformance.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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

/** Two nodes, and a balancer of another make in front of them; all of them end with it. */
final class BalancedNodes implements AutoCloseable {
    private static final int DEADLINE_SECONDS = 240;

    private final List<Process> processes = new ArrayList<>();
    private final int[] ports = freePorts();
    private final Class<?> program;
    private final Process[] nodes;

    BalancedNodes() throws IOException {
        this(BalancedNode.class);
    }

    BalancedNodes(Class<?> program) throws IOException {
        this.program = program;
        this.nodes = new Process[] {node(0), node(1)};
    }

    /** The program of a tool; skips the test where there is none. */
    static Path tool(String name) {
        for (String folder : List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin")) {
            if (Files.isExecutable(Path.of(folder, name))) {
                return Path.of(folder, name);
            }
        }
        assumeTrue(false, name + " is missing: apt-get install " + name);
        throw new AssertionError();
    }

    /** The balancer's, and those of the nodes. */
    private static int[] freePorts() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        for (int at = 0; at < 3; at++) {
            sockets.add(new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1")));
        }
        int[] ports = sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private Process node(int at) throws IOException {
        List<String> command = ChildJvm.command(program, String.valueOf(ports[at + 1]));
        Process node =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        processes.add(node);
        assertThat(node.inputReader().readLine()).isEqualTo("listening");
        return node;
    }

    int port() {
        return ports[0];
    }

    long pid(int at) {
        return nodes[at].pid();
    }

    /** A configuration of deploy/, with the addresses of this machine. */
    String local(String configuration) {
        return configuration
                .replace("10.0.0.11:8080", "127.0.0.1:" + ports[1])
                .replace("10.0.0.12:8080", "127.0.0.1:" + ports[2]);
    }

    /** Starts the balancer, and waits until it listens. */
    void balance(Path folder, String... command) throws IOException {
        Path log = folder.resolve("balancer.log");
        Process balancer =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        processes.add(balancer);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!isOpen(ports[0])) {
            assertThat(balancer.isAlive() && System.nanoTime() < deadline)
                    .as(Files.readString(log))
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

    /** Ends a node in order, as a service manager does, and starts another one in its place. */
    void replace(int at) throws IOException, InterruptedException {
        nodes[at].destroy();
        assertThat(nodes[at].waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(nodes[at].exitValue()).isZero();
        nodes[at] = node(at);
    }

    /** Has a node of workers replace all of them. */
    void reload(int at) throws IOException, InterruptedException {
        String pid = String.valueOf(nodes[at].pid());
        assertThat(new ProcessBuilder("kill", "-HUP", pid).start().waitFor()).isZero();
        for (int gone = 0; gone < BalancedCluster.WORKERS; gone++) {
            assertThat(nodes[at].inputReader().readLine()).isEqualTo("gone");
        }
    }

    static void await(CompletableFuture<Void> event, BalancedClients clients) throws Exception {
        try {
            event.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } finally {
            if (!event.isDone()) {
                System.err.println(clients.count() + " responses, " + clients.failures());
            }
        }
    }

    static void expectValid(String... command) throws IOException, InterruptedException {
        Process check = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(check.getInputStream().readAllBytes());
        assertThat(check.waitFor()).as(output).isZero();
    }

    @Override
    public void close() {
        // nginx has children of its own, which end with it.
        processes.forEach(Process::destroy);
        processes.forEach(BalancedNodes::kill);
    }

    private static void kill(Process process) {
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
