package dev.millrace.net;

import dev.millrace.loop.Loop;
import dev.millrace.stream.WriteLimit;
import java.time.Duration;

/** The examples of this package's Javadoc that need no test; see SocketExamplesTest as well. */
final class NetSnippets {
    private NetSnippets() {}

    static void server() {
        // @start region="server"
        Loop.run(loop -> {
            NetServer server = NetServer.create(loop, socket -> socket.pipeTo(socket));
            server.listen(8080);
        });
        // @end
    }

    static void listening(NetServer server) {
        // @start region="listening"
        server.onListening(() -> System.out.println("port " + server.port()));
        server.onError(error -> System.err.println(error.getMessage()));
        server.listen(0);
        // @end
    }

    static void serverOptions(Loop loop) {
        // @start region="serverOptions"
        NetServerOptions options =
                NetServerOptions.DEFAULTS
                        .withMaxConnections(1000)
                        .withSocket(NetSocketOptions.DEFAULTS.withAllowHalfOpen(true));
        NetServer.create(loop, options, socket -> socket.pipeTo(socket))
                .onDrop(drop -> System.out.println("no room for " + drop.remote()))
                .listen(8080);
        // @end
    }

    static void socketOptions(Loop loop) {
        // @start region="socketOptions"
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS
                        .withConnectTimeout(Duration.ofSeconds(5))
                        .withWriteLimit(WriteLimit.DEFAULTS);
        NetSocket.connect(loop, 8080, "example.org", options);
        // @end
    }
}
