package dev.millrace.net;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.testing.TriplingFilter;
import dev.millrace.testing.TriplingFilter.Stage;
import dev.millrace.tls.InlineTls;
import java.util.function.Consumer;

/** A connection with a {@link TriplingFilter} at each end, on one loop of whatever driver. */
public final class FilteredPair {
    private FilteredPair() {}

    /** Filters that never fail. */
    public static void connect(Loop loop, Consumer<NetSocket> accepted, Consumer<NetSocket> ours) {
        connect(loop, Stage.NEVER, Stage.NEVER, accepted, ours);
    }

    /** Filters that fail in some stage; the server closes with its first connection. */
    public static void connect(
            Loop loop,
            Stage ourStage,
            Stage theirStage,
            Consumer<NetSocket> accepted,
            Consumer<NetSocket> ours) {
        plain(
                loop,
                socket -> accepted.accept(socket.filter(TriplingFilter.answerer(theirStage))),
                socket -> ours.accept(socket.filter(TriplingFilter.asker(ourStage))));
    }

    /** As {@link #connect(Loop, Consumer, Consumer)}; an end of one side leaves the other open. */
    public static void halfOpen(Loop loop, Consumer<NetSocket> accepted, Consumer<NetSocket> ours) {
        plain(
                loop,
                NetSocketOptions.DEFAULTS.withAllowHalfOpen(true),
                socket -> accepted.accept(socket.filter(TriplingFilter.answerer(Stage.NEVER))),
                socket -> ours.accept(socket.filter(TriplingFilter.asker(Stage.NEVER))));
    }

    /** TLS at both ends; it is TLS 1.3, so that an end of one side leaves the other open. */
    public static void tls(Loop loop, Consumer<NetSocket> accepted, Consumer<NetSocket> ours) {
        plain(
                loop,
                socket -> accepted.accept(socket.filter(InlineTls.server(loop))),
                socket -> ours.accept(socket.filter(InlineTls.client(loop))));
    }

    /** Without filters. */
    public static void plain(Loop loop, Consumer<NetSocket> accepted, Consumer<NetSocket> ours) {
        plain(loop, NetSocketOptions.DEFAULTS, accepted, ours);
    }

    private static void plain(
            Loop loop,
            NetSocketOptions options,
            Consumer<NetSocket> accepted,
            Consumer<NetSocket> ours) {
        NetServerOptions theirs =
                NetServerOptions.DEFAULTS.withAllowHalfOpen(options.allowHalfOpen());
        NetServer server = NetServer.create(loop, theirs);
        server.onConnection(socket -> {
            server.close();
            accepted.accept(socket);
        });
        server.listen(IpAddress.loopback(0))
                .onListening(() ->
                        ours.accept(
                                NetSocket.connect(loop, server.address().orElseThrow(), options)));
    }
}
