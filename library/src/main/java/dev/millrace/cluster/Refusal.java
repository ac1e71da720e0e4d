package dev.millrace.cluster;

import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.Loop;
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import dev.millrace.net.ConnectionDrop;
import dev.millrace.net.ConnectionDrop.Reason;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The end of a connection that no worker takes: its client sees ECONNRESET. */
final class Refusal {
    private Refusal() {}

    /** What is to be told of it; null if its client has left before. */
    static @Nullable ConnectionDrop reset(Loop loop, Descriptor connection, Reason reason) {
        StreamHandle stream = new StreamHandle(loop, StreamEvents.NONE);
        try {
            stream.open(connection.number());
            connection.release();
        } catch (IOException gone) {
            connection.close();
            stream.close();
            return null;
        }
        NetSocket socket = NetSocket.on(stream, NetSocketOptions.DEFAULTS);
        ConnectionDrop drop =
                new ConnectionDrop(
                        socket.localAddress(), socket.remoteAddress(), reason, Optional.empty());
        socket.reset();
        return drop;
    }
}
