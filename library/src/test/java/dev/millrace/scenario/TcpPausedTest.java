package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A client that is paused before its connection stands. */
class TcpPausedTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    @Tag("R27")
    @PlainOnly(PlainOnly.Reason.PEER)
    void itStaysPausedToTheByte() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            IpAddress address = IpAddress.loopback(server.getLocalPort());
            NetSocket socket =
                    fixture.call(() ->
                            Ends.connect(fixture.loop(), address)
                                    .pause()
                                    .onData(data -> journal.add("data " + data.remaining()))
                                    .onConnect(journal.line("connected"))
                                    .onClose(journal.line("close")));
            try (Socket peer = server.accept()) {
                OutputStream out = peer.getOutputStream();
                out.write("hello".getBytes(StandardCharsets.UTF_8));
                journal.await("connected");
                Kernel.await(
                        "the bytes to arrive",
                        () -> Kernel.unreadBytes(peer.getPort(), peer.getLocalPort()) == 5);
                fixture.act(() -> fixture.loop().setImmediate(journal.line("a turn later")));
                journal.await("a turn later");
                assertThat(fixture.<Long>call(socket::bytesRead)).isZero();
                assertThat(fixture.<Boolean>call(socket::isPaused)).isTrue();
                fixture.act(() -> socket.resume());
                journal.await("data 5");
            }
            journal.await("close");
        }
    }

    @Test
    @Tag("R27")
    @PlainOnly(PlainOnly.Reason.PEER)
    void resumedBeforeItStandsItFlows() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            IpAddress address = IpAddress.loopback(server.getLocalPort());
            fixture.act(() ->
                    Ends.connect(fixture.loop(), address)
                            .pause()
                            .resume()
                            .onData(data -> journal.add("data " + data.remaining())));
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
                journal.await("data 5");
                assertThat(journal.lines()).containsExactly("data 5");
            }
        }
    }

    /** Behind TLS it has to read before its connection stands, and its handshake may bring more. */
    @Test
    @Tag("R27")
    void whatAServerSaysFirstWaitsForTheResume() {
        int port =
                fixture.listen(peer ->
                        peer.write(new byte[5], 0, 5, error -> journal.add("sent " + error)));
        NetSocket socket =
                fixture.call(() ->
                        Ends.connect(fixture.loop(), IpAddress.loopback(port))
                                .pause()
                                .onData(data -> journal.add("data " + data.remaining()))
                                .onConnect(journal.line("connected")));
        journal.await("connected");
        journal.await("sent null");
        for (int turn = 0; turn < 3; turn++) {
            fixture.act(() -> {});
        }
        assertThat(journal.lines()).containsExactlyInAnyOrder("connected", "sent null");
        assertThat(fixture.<Boolean>call(socket::isPaused)).isTrue();
        fixture.act(() -> socket.resume());
        journal.await("data 5");
    }
}
