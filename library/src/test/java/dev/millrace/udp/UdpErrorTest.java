package dev.millrace.udp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What becomes of an error that has neither a callback nor a listener. */
class UdpErrorTest {
    private static final String HOST = "127.0.0.1";

    private final Journal journal = new Journal();

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    /** A datagram from port 0 (RFC 768), or from behind a route that is gone, and its response. */
    @Test
    void aResponseThatCantBeSentDoesNotEndAServerWithoutAnErrorListener() {
        LoopFixture.run(loop -> {
            UdpSocket server = UdpSocket.create(loop);
            UdpSocket client = UdpSocket.create(loop);
            server.onMessage((bytes, sender) -> {
                server.send("to port 0", IpAddress.of(HOST, 0));
                server.send("without a route", IpAddress.of("240.0.0.1", 9));
                server.send(text(bytes) + " back", sender);
            });
            client.onMessage((bytes, sender) -> {
                journal.add(text(bytes));
                client.close();
                server.close();
            });
            server.onListening(() -> client.send("there and", server.port(), HOST));
            server.bind(0, HOST);
        });
        assertThat(journal.lines()).containsExactly("there and back");
    }

    /** Nobody would ever know why nothing comes any more. */
    @Test
    void withoutAnErrorListenerTheEndOfReceivingIsUncaught() {
        LoopFixture.run(loop -> {
            loop.onUncaught(thrown -> journal.add("uncaught " + thrown.getMessage()));
            UdpListeners listeners = new UdpListeners(loop);
            listeners.onError(new IOException("one datagram"));
            listeners.onReceiveEnded(new IOException("all of them"));
            listeners.error = error -> journal.add("told " + error.getMessage());
            listeners.onError(new IOException("one datagram"));
            listeners.onReceiveEnded(new IOException("all of them"));
        });
        assertThat(journal.lines())
                .containsExactly("uncaught all of them", "told one datagram", "told all of them");
    }

    @Test
    void withoutAnErrorListenerAConnectedSocketsErrorIsUncaught() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop);
            loop.onUncaught(thrown -> {
                journal.add(SystemError.codeOf(thrown));
                socket.close();
            });
            UdpSocket gone = UdpSocket.create(loop);
            gone.onListening(() -> {
                IpAddress nobody = IpAddress.of(HOST, gone.port());
                gone.onClose(() -> socket.connect(nobody).onConnect(() -> socket.send("x")));
                gone.close();
            });
            gone.bind(0, HOST);
        });
        assertThat(journal.lines()).containsExactly("ECONNREFUSED");
    }
}
