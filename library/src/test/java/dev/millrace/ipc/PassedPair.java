package dev.millrace.ipc;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;

/** A TCP connection whose accepted end is to pass. */
final class PassedPair {
    final NetSocket client;
    NetSocket accepted;

    PassedPair(Loop loop) {
        NetServer server =
                NetServer.create(
                                loop,
                                NetServerOptions.DEFAULTS.withPauseOnConnect(true),
                                socket -> accepted = socket)
                        .listen(IpAddress.loopback(0));
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        client = NetSocket.connect(loop, server.address().orElseThrow());
        client.onError(error -> {});
        LoopFixture.pollUntil(loop, "accepted", () -> accepted != null);
        server.close();
    }

    /** A descriptor of the accepted end, which is for a peer to send; it stays open. */
    int number() {
        try {
            Descriptor second = accepted.descriptors().duplicate();
            accepted.destroy();
            return second.release();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
