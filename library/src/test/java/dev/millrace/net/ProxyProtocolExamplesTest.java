package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.proxyprotocol.ProxyHeader;
import dev.millrace.proxyprotocol.ProxyTlv;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the Javadoc, and connections of ours that send a header. */
class ProxyProtocolExamplesTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        loop.close();
    }

    private NetServer listening(NetServer server) {
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        return server;
    }

    private void expect(String line) {
        LoopFixture.pollUntil(loop, line + " in " + journal.lines(), () -> journal.count(line) > 0);
    }

    @Test
    void required() {
        // @start region="required"
        ProxyProtocol balancers = ProxyProtocol.required("127.0.0.1", "10.0.0.0/8");
        NetServer server =
                NetServer.create(
                        loop,
                        NetServerOptions.DEFAULTS.withProxyProtocol(balancers),
                        client -> log("from " + client.remoteAddress().orElseThrow()));
        server.onDrop(drop -> log("dropped: " + drop.reason()));
        // @end
        listening(server.listen(IpAddress.loopback(0)));
        ProxyHeader header =
                ProxyHeader.v1(IpAddress.of("192.0.2.7", 1), IpAddress.of("192.0.2.1", 2));
        NetSocketOptions options = NetSocketOptions.DEFAULTS.withProxyHeader(header);
        NetSocket.connect(loop, server.address().orElseThrow(), options);
        expect("from 192.0.2.7:1");
        NetSocket.connect(loop, server.address().orElseThrow()).write("no header");
        expect("dropped: PROXY_HEADER");
    }

    private void log(String line) {
        journal.add(line);
    }

    @Test
    void proxyHeader() {
        NetServer server =
                NetServer.create(
                        loop,
                        NetServerOptions.DEFAULTS.withProxyProtocol(
                                ProxyProtocol.required("127.0.0.1")),
                        client -> {
                            // @start region="proxyHeader"
                            Optional<ProxyHeader> told = client.proxyHeader();
                            boolean isSecure = told.flatMap(ProxyHeader::tls).isPresent();
                            String host = told.flatMap(ProxyHeader::authority).orElse("?");
                            // @end
                            log(host + " " + isSecure);
                        });
        listening(server.listen(IpAddress.loopback(0)));
        NetSocket.connect(
                loop,
                server.address().orElseThrow(),
                NetSocketOptions.DEFAULTS.withProxyHeader(
                        ProxyHeader.unknown(ProxyHeader.Version.V2)
                                .with(ProxyTlv.of(ProxyTlv.AUTHORITY, "example.org"))));
        expect("example.org false");
    }

    /** A server, and what it was sent, byte by byte. */
    private Address recorder(StringBuilder received) {
        NetServer server =
                NetServer.create(
                        loop,
                        socket ->
                                socket.onData(data ->
                                        received.append(StandardCharsets.ISO_8859_1.decode(data))));
        return listening(server.listen(IpAddress.loopback(0))).address().orElseThrow();
    }

    @Test
    void headerFor() {
        StringBuilder received = new StringBuilder();
        Address next = recorder(received);
        NetServer proxy =
                NetServer.create(
                        loop,
                        client -> {
                            // @start region="headerFor"
                            ProxyHeader header =
                                    ProxyProtocol.headerFor(client, ProxyHeader.Version.V1);
                            NetSocket server =
                                    NetSocket.connect(
                                            client.loop(),
                                            next,
                                            NetSocketOptions.DEFAULTS.withProxyHeader(header));
                            client.pipelineTo(server);
                            server.pipelineTo(client);
                            // @end
                        });
        listening(proxy.listen(IpAddress.loopback(0)));
        NetSocket client = NetSocket.connect(loop, proxy.address().orElseThrow());
        client.write("hello");
        LoopFixture.pollUntil(loop, "hello", () -> received.toString().endsWith("hello"));
        IpAddress from = (IpAddress) client.localAddress().orElseThrow();
        assertThat(received.toString())
                .isEqualTo(
                        "PROXY TCP4 127.0.0.1 127.0.0.1 "
                                + from.port()
                                + " "
                                + proxy.port()
                                + "\r\nhello");
    }

    @Test
    @Tag("I19")
    void theHeaderIsInFrontOfWhatAFilterMakes() {
        StringBuilder received = new StringBuilder();
        Address next = recorder(received);
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS.withProxyHeader(
                        ProxyHeader.unknown(ProxyHeader.Version.V1));
        NetSocket socket = NetSocket.connect(loop, next, options);
        socket.filter(new XorFilter());
        socket.write("abc");
        LoopFixture.pollUntil(loop, "all", () -> received.length() == 18);
        assertThat(received.toString()).startsWith("PROXY UNKNOWN\r\n").doesNotContain("abc");
    }

    @Test
    @Tag("I19")
    void aProxyBehindABalancerPassesOnWhatItWasTold() {
        IpAddress client = IpAddress.of("192.0.2.7", 1);
        IpAddress asked = IpAddress.of("198.51.100.1", 443);
        NetServer server =
                NetServer.create(
                        loop,
                        NetServerOptions.DEFAULTS.withProxyProtocol(
                                ProxyProtocol.required("127.0.0.1")),
                        socket ->
                                log(
                                        ProxyProtocol.headerFor(socket, ProxyHeader.Version.V2)
                                                .toString()));
        listening(server.listen(IpAddress.loopback(0)));
        ProxyHeader told = ProxyHeader.v2(client, asked).with(ProxyTlv.of(ProxyTlv.ALPN, "h2"));
        NetSocket.connect(
                loop,
                server.address().orElseThrow(),
                NetSocketOptions.DEFAULTS.withProxyHeader(told));
        expect(ProxyHeader.v2(client, asked).toString());
    }

    @Test
    void ofAUnixSocketVersion1SaysNothing(@TempDir Path folder) {
        UnixAddress path = UnixAddress.of(folder.resolve("s"));
        NetServer server =
                NetServer.create(
                        loop,
                        socket -> {
                            ProxyHeader line =
                                    ProxyProtocol.headerFor(socket, ProxyHeader.Version.V1);
                            ProxyHeader binary =
                                    ProxyProtocol.headerFor(socket, ProxyHeader.Version.V2);
                            log(line.source() + " " + binary.destination());
                        });
        listening(server.listen(path));
        NetSocket.connect(loop, path);
        expect("Optional.empty Optional[" + path + "]");
    }
}
