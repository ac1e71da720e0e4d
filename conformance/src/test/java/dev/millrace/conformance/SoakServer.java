package dev.millrace.conformance;

import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import java.nio.ByteBuffer;

/** Echoes; the first byte of a connection says what else: see {@link SoakClient.Ending}. */
final class SoakServer {
    private SoakServer() {}

    static NetServer listen(Loop loop, Ledger ledger) {
        return NetServer.create(loop, socket -> accepted(socket, ledger))
                .listen(IpAddress.loopback(0));
    }

    private static void accepted(NetSocket socket, Ledger ledger) {
        ledger.watch(socket, () -> ledger.mistake("an accepted socket told connect"), () -> {});
        socket.onData(chunk -> answer(socket, chunk));
    }

    private static void answer(NetSocket socket, ByteBuffer chunk) {
        byte ending = chunk.get(chunk.position());
        socket.write(chunk);
        if (ending == SoakClient.Ending.SERVER_END.mark()) {
            socket.end();
        } else if (ending == SoakClient.Ending.SERVER_RESET.mark()) {
            socket.reset();
        }
    }
}
