package dev.millrace.conformance;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.loop.Loop;
import dev.millrace.net.BlockingSocket;
import dev.millrace.net.NetServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

/**
 * Echoes on a virtual thread for each connection, until its standard input ends; then says how many
 * there were at once, and how often one of them kept its carrier while it waited.
 */
final class ThreadsServer {
    private static final int BACKLOG = 4096;
    private static final String PINNED = "jdk.VirtualThreadPinned";
    private static final AtomicInteger NOW = new AtomicInteger();
    private static final AtomicInteger MOST = new AtomicInteger();

    private ThreadsServer() {}

    public static void main(String[] arguments) throws IOException {
        try (Recording recording = new Recording()) {
            recording.enable(PINNED).withoutThreshold();
            recording.start();
            Loop.run(ThreadsServer::serve);
            recording.stop();
            Path file = Files.createTempFile("millrace-threads", ".jfr");
            recording.dump(file);
            // The library's own events are in it as well.
            long pinned =
                    RecordingFile.readAllEvents(file).stream()
                            .filter(event -> event.getEventType().getName().equals(PINNED))
                            .count();
            Files.delete(file);
            System.out.printf("%d at once, %d pinned%n", MOST.get(), pinned);
        }
    }

    private static void serve(Loop loop) {
        NetServer server =
                NetServer.create(loop, BlockingSocket.onVirtualThreads(ThreadsServer::echo));
        server.listen(IpAddress.loopback(0), ListenOptions.DEFAULTS.withBacklog(BACKLOG));
        server.onListening(() -> System.out.println(server.port()));
        Thread.ofPlatform().daemon().start(() -> awaitEnd(loop, server));
    }

    private static void echo(BlockingSocket socket) throws IOException {
        MOST.accumulateAndGet(NOW.incrementAndGet(), Math::max);
        try {
            byte[] buffer = new byte[1024];
            InputStream in = socket.inputStream();
            int count = in.read(buffer);
            while (count >= 0) {
                socket.outputStream().write(buffer, 0, count);
                count = in.read(buffer);
            }
        } finally {
            NOW.decrementAndGet();
        }
    }

    private static void awaitEnd(Loop loop, NetServer server) {
        try {
            System.in.readAllBytes();
        } catch (IOException ended) {
            System.err.println(ended);
        }
        loop.execute(server::close);
    }
}
