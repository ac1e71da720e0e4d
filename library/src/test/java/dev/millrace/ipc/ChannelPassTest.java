package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.net.ProxyProtocol;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.proxyprotocol.ProxyTlv;
import dev.millrace.udp.UdpSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets that pass, and what becomes of them at both ends. */
@Tag("epoll")
class ChannelPassTest {
    @TempDir Path folder;
    private final ChannelPair pair = new ChannelPair();
    private final List<Passable> came = new ArrayList<>();

    @AfterEach
    void close() {
        pair.close();
    }

    private NetServer serve(java.util.function.Consumer<NetSocket> handler) {
        NetServer server =
                NetServer.create(pair.loop, handler::accept).listen(IpAddress.loopback(0));
        pair.until("listening", server::isListening);
        return server;
    }

    private NetSocket client(NetServer server) {
        NetSocket client = NetSocket.connect(pair.loop, server.address().orElseThrow());
        client.onData(data -> pair.journal.add("client " + StandardCharsets.UTF_8.decode(data)));
        client.onEnd(pair.journal.line("client end"));
        return client;
    }

    /** Takes everything. */
    private void receive() {
        pair.right.onMessage(message -> {
            pair.journal.add(message.kinds().toString());
            came.addAll(message.take());
        });
    }

    @Test
    @Tag("G15")
    @Tag("L7")
    @Tag("X107")
    void aConnectionGoesOnInMidProtocol() {
        receive();
        NetServer server =
                serve(socket -> {
                    socket.write("hello ");
                    socket.onClose(pair.journal.line("told to its old owner"));
                    socket.onBytes((array, offset, length) -> {
                        // The first line is read here, the rest of what came is the next owner's.
                        pair.journal.add(
                                "first " + new String(array, offset, 4, StandardCharsets.UTF_8));
                        pair.left.send(Passable.of(socket), pair::outcome);
                        pair.loop.nextTick(() -> client.write("three"));
                        return 4;
                    });
                });
        client = client(server);
        client.write("one\ntwo\n");
        pair.until("outcome taken");
        NetSocket moved = ((Passable.Connection) came.getFirst()).socket();
        StringBuilder text = new StringBuilder();
        moved.onData(data -> text.append(StandardCharsets.UTF_8.decode(data)));
        moved.write("from the other end");
        pair.until("client from the other end");
        pair.until("all of it", () -> text.length() == "two\nthree".length());
        assertThat(text).hasToString("two\nthree");
        assertThat(pair.journal.lines())
                .containsExactly(
                        "client hello ",
                        "first one\n",
                        "[TCP]",
                        "outcome taken",
                        "client from the other end");
        assertThat(server.connectionCount()).as("it is not here any more").isZero();
        moved.end();
        pair.until("client end");
    }

    private NetSocket client;

    @Test
    @Tag("I19")
    void whatABalancerHasSaidOfAConnectionPassesWithIt() {
        receive();
        IpAddress from = IpAddress.of("192.0.2.7", 56324);
        ProxyHeader header =
                ProxyHeader.v2(from, IpAddress.of("198.51.100.1", 443))
                        .with(ProxyTlv.of(ProxyTlv.AUTHORITY, "example.org"));
        NetServerOptions behind =
                NetServerOptions.DEFAULTS.withProxyProtocol(ProxyProtocol.required("127.0.0.1"));
        NetServer server =
                NetServer.create(
                                pair.loop,
                                behind,
                                socket -> pair.left.send(Passable.of(socket), pair::outcome))
                        .listen(IpAddress.loopback(0));
        pair.until("listening", server::isListening);
        client =
                NetSocket.connect(
                        pair.loop,
                        server.address().orElseThrow(),
                        NetSocketOptions.DEFAULTS.withProxyHeader(header));
        client.write("unread");
        pair.until("outcome taken");
        NetSocket moved = ((Passable.Connection) came.getFirst()).socket();
        assertThat(moved.proxyHeader()).contains(header);
        assertThat(moved.remoteAddress()).contains(from);
        moved.onData(data -> pair.journal.add("" + StandardCharsets.UTF_8.decode(data)));
        pair.until("unread");
    }

    @Test
    @Tag("X92")
    void aConnectionThatIsNotTakenIsTheSendersAgain() {
        pair.right.onMessage(message -> pair.journal.add(message.kinds().toString()));
        List<NetSocket> accepted = new ArrayList<>();
        NetServer server = serve(accepted::add);
        client = client(server);
        client.write("unread");
        pair.until("accepted", () -> !accepted.isEmpty());
        NetSocket socket = accepted.getFirst();
        pair.left.send(
                Passable.of(socket),
                error -> {
                    pair.outcome(error);
                    socket.onData(data ->
                                    pair.journal.add("here " + StandardCharsets.UTF_8.decode(data)))
                            .resume();
                });
        pair.until("here unread");
        socket.end("served here");
        pair.until("client served here");
        assertThat(pair.journal.lines())
                .containsSubsequence("[TCP]", "here unread", "client served here");
    }

    @Test
    @Tag("G14")
    @Tag("L7")
    void aListenerIsSharedAndADatagramSocketToo() {
        receive();
        NetServer server = serve(socket -> socket.end("left"));
        UdpSocket udp = UdpSocket.create(pair.loop).bind(IpAddress.loopback(0));
        pair.until("bound", () -> udp.address().isPresent());
        pair.left.send("both", List.of(Passable.of(server), Passable.of(udp)), pair::outcome);
        pair.until("outcome taken");
        assertThat(pair.journal.lines())
                .contains(List.of(DescriptorKind.LISTENER, DescriptorKind.UDP).toString());
        NetServer second = ((Passable.Listener) came.get(0)).server();
        UdpSocket there = ((Passable.Datagrams) came.get(1)).socket();
        second.onConnection(socket -> socket.end("right"));
        pair.until("second listens", second::isListening);
        assertThat(second.address()).isEqualTo(server.address());
        server.close();
        client = client(second);
        pair.until("client right");
        there.onMessage((data, from) -> pair.journal.add("datagram"));
        assertThat(there.port()).isEqualTo(udp.port());
        int port = udp.port();
        udp.close();
        UdpSocket.create(pair.loop).send(ByteBuffer.wrap(new byte[1]), IpAddress.loopback(port));
        pair.until("datagram");
    }

    @Test
    @Tag("X108")
    void onlyTheOwnerOfAMovedUnixListenerRemovesItsFile() {
        receive();
        Path path = folder.resolve("s");
        NetServer server =
                NetServer.create(pair.loop, socket -> socket.end("old"))
                        .listen(UnixAddress.of(path));
        pair.until("listening", server::isListening);
        pair.left.send(new Passable.Listener(server, true), pair::outcome);
        pair.until("outcome taken");
        assertThat(server.isClosing()).isTrue();
        assertThat(path).exists();
        NetServer moved = ((Passable.Listener) came.getFirst()).server();
        moved.onConnection(socket -> socket.end("new"));
        pair.until("moved", moved::isListening);
        client = client(moved);
        pair.until("client new");
        moved.close();
        assertThat(Files.exists(path)).as("its owner removes it").isFalse();
    }

    @Test
    @Tag("X108")
    void aSharedUnixListenersFileStaysItsMakers() {
        receive();
        Path path = folder.resolve("s");
        NetServer server =
                NetServer.create(pair.loop, socket -> socket.end("old"))
                        .listen(UnixAddress.of(path));
        pair.until("listening", server::isListening);
        pair.left.send(Passable.of(server), pair::outcome);
        pair.until("outcome taken");
        NetServer second = ((Passable.Listener) came.getFirst()).server();
        pair.until("second", second::isListening);
        second.close();
        assertThat(path).exists();
        server.close();
        assertThat(path).doesNotExist();
    }

    @Test
    void whatCantTravelIsSaid() {
        receive();
        NetServer closed = NetServer.create(pair.loop);
        pair.left.send(Passable.of(closed), pair::outcome);
        pair.until("said", () -> !pair.journal.lines().isEmpty());
        assertThat(pair.journal.lines().getFirst()).contains("closed", "Listener");
        assertThat(came).isEmpty();
    }
}
