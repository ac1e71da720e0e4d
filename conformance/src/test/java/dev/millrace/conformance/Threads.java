package dev.millrace.conformance;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Many connections to a server with a virtual thread for each (row F11): none sends before all
 * stand, then every one sends a message and waits for its echo, again and again.
 *
 * <p>{@code conformance/threads [CONNECTIONS [ROUNDS]]}; 9,000 and 10 unless told. The server has a
 * process and 512 MiB of heap, and one carrier thread: if a single thread of the thousands blocked
 * it, all would stop. Ends with status 1 when an echo is wrong or missing.
 */
final class Threads {
    private static final int MESSAGE_BYTES = 64;

    /** How many connections are being made at a time. */
    private static final int CONNECTING_MAX = 256;

    private final Loop loop;
    private final IpAddress address;
    private final int rounds;
    private final List<NetSocket> sockets = new ArrayList<>();
    private int wanted;
    private int open;
    private int waiting;
    private int round;
    private long wrong;

    private Threads(Loop loop, IpAddress address, int connections, int rounds) {
        this.loop = loop;
        this.address = address;
        this.wanted = connections;
        this.rounds = rounds;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int connections = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 9_000;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
        Process server =
                new ProcessBuilder(command())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader said = server.inputReader()) {
            IpAddress address = IpAddress.loopback(Integer.parseInt(said.readLine()));
            Threads[] client = new Threads[1];
            Loop.run(loop -> {
                client[0] = new Threads(loop, address, connections, rounds);
                client[0].start();
            });
            server.outputWriter().close();
            String last = said.readLine();
            int status = server.waitFor();
            boolean isWhole =
                    client[0].wrong == 0
                            && status == 0
                            && last.equals(connections + " at once, 0 pinned");
            System.out.printf("server: %s, status %d%n", last, status);
            System.out.println(isWhole ? "all echoed" : client[0].wrong + " wrong");
            System.exit(isWhole ? 0 : 1);
        } finally {
            server.destroyForcibly();
        }
    }

    private static List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ThreadsServer.class.getName());
    }

    private void start() {
        for (int at = 0; at < CONNECTING_MAX; at++) {
            connect();
        }
    }

    private void connect() {
        if (wanted == 0) {
            return;
        }
        wanted--;
        open++;
        NetSocket socket = NetSocket.connect(loop, address);
        sockets.add(socket);
        int number = sockets.size();
        socket.onConnect(() -> connected());
        socket.onData(chunk -> received(socket, number, chunk));
        socket.onError(error -> {
            wrong++;
            System.out.println(error.getMessage());
        });
        socket.onClose(() -> open--);
        waiting++;
    }

    private void connected() {
        waiting--;
        connect();
        if (waiting == 0 && wanted == 0) {
            System.out.printf("%d connected%n", open);
            nextRound();
        }
    }

    private void nextRound() {
        round++;
        if (round > rounds) {
            sockets.forEach(NetSocket::end);
            return;
        }
        waiting = sockets.size();
        for (int at = 0; at < sockets.size(); at++) {
            sockets.get(at).write(message(at + 1));
        }
    }

    private byte[] message(int number) {
        byte[] text = (number + " in round " + round).getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(text, MESSAGE_BYTES);
    }

    /** A message so short comes in one piece, as each waits for the one before. */
    private void received(NetSocket socket, int number, ByteBuffer chunk) {
        if (!chunk.equals(ByteBuffer.wrap(message(number)))) {
            wrong++;
            socket.destroy();
        }
        waiting--;
        if (waiting == 0) {
            nextRound();
        }
    }
}
