package dev.millrace.kernel;

import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** The examples of this package's Javadoc: the build compiles them. */
final class KernelSnippets {
    private KernelSnippets() {}

    static void addresses(NetServer server) {
        // @start region="addresses"
        Address everywhere = IpAddress.of("::", 8080);
        Address here = IpAddress.loopback(8080);
        Address file = UnixAddress.of("/run/app.sock");
        Address nameless = UnixAddress.of("\0app"); // abstract: no file
        // @end
        server.listen(everywhere).listen(here).listen(file).listen(nameless);
    }

    static void error(NetSocket socket) {
        // @start region="error"
        socket.onError(error -> {
            if (error instanceof SystemError system && system.code().equals("ECONNREFUSED")) {
                System.err.println("nothing listens there: " + error.getMessage());
            }
        });
        // @end
    }

    static void buffers(NetSocket socket) {
        // @start region="buffers"
        ByteBuffer own = ByteBuffer.allocate(64 * 1024);
        socket.bufferSource(suggestedBytes -> own.clear());
        // @end
    }

    static void terminal() throws IOException {
        // @start region="terminal"
        try (Terminal terminal = Terminal.of(0)) {
            System.out.println(terminal.size().columns() + " columns");
            terminal.raw(); // every key at once, without an echo
        }
        // @end
    }

    static void keepAlive(NetSocket socket) {
        // @start region="keepAlive"
        socket.keepAlive(KeepAlive.DEFAULTS.withIdle(Duration.ofMinutes(5)).withProbes(3));
        // @end
    }

    static void listen(NetServer server) {
        // @start region="listen"
        ListenOptions options = ListenOptions.DEFAULTS.withBacklog(4096).withReusePort(true);
        server.listen(8080, options);
        // @end
    }

    static void listenUnix(NetServer server) {
        // @start region="listenUnix"
        UnixListenOptions file = UnixListenOptions.DEFAULTS.withMode(0660).withTakeOverStale(true);
        server.listen(UnixAddress.of("/run/app.sock"), ListenOptions.DEFAULTS.withUnix(file));
        // @end
    }
}
