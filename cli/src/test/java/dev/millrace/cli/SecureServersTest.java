package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.tls.TlsIdentity;
import dev.millrace.tls.TlsOptions;
import dev.millrace.tls.TlsTrust;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server commands with TLS, in this process. */
@Timeout(90)
class SecureServersTest {
    @TempDir Path folder;
    private String certificate = "";
    private TlsTrust trust = TlsTrust.SYSTEM;

    @BeforeEach
    void makeCertificate() {
        Path file = folder.resolve("both.pem");
        TlsIdentity.selfSigned("localhost", "127.0.0.1").writePem(file);
        certificate = "--tls-cert=" + file;
        trust = TlsTrust.ofPem(file);
    }

    private static RunningServer start(ServerCommand command, String... words) {
        return RunningServer.of(command.prepare(Arguments.parse(command, List.of(words)))).start();
    }

    /** What comes back, up to the end. */
    private String ask(Address address, String text) {
        StringBuilder got = new StringBuilder();
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS.withTls(TlsOptions.DEFAULTS.withTrust(trust));
        Loop.run(loop -> {
            NetSocket socket = NetSocket.connect(loop, address, options);
            socket.onData(data -> got.append(StandardCharsets.UTF_8.decode(data)))
                    .onError(error -> got.append(error.getMessage()));
            socket.end(text);
        });
        return got.toString();
    }

    private static String get(String host) {
        return "GET /a%20b?c=d HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    }

    @Test
    void helloAndReflectSpeakHttps() {
        for (ServerCommand command : List.of(new HelloCommand(), new ReflectCommand())) {
            try (RunningServer server = start(command, "--port=0", certificate)) {
                Address address = server.addresses().getFirst();
                assertThat(ask(address, get("localhost"))).startsWith("HTTP/1.1 ");
                assertThat(server.printed()).contains(" · https://127.0.0.1:");
                server.stop().awaitEnd();
            }
        }
    }

    @Test
    void echoSpeaksTls() {
        try (RunningServer server = start(new EchoCommand(), "--port=0", certificate)) {
            assertThat(ask(server.addresses().getFirst(), "secret")).isEqualTo("secret");
            assertThat(server.printed()).contains(" · tls://127.0.0.1:");
            server.stop().awaitEnd();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String plain(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void serveLeadsPlainHttpToHttps() throws IOException {
        Files.writeString(folder.resolve("a.txt"), "over TLS");
        int port = freePort();
        try (RunningServer server =
                start(
                        new ServeCommand(),
                        folder.toString(),
                        "--port=0",
                        "--redirect-http=" + port,
                        certificate)) {
            List<Address> addresses = new ArrayList<>(server.addresses());
            int https = ((IpAddress) addresses.getFirst()).port();
            assertThat(server.printed())
                    .endsWith(
                            " · https://127.0.0.1:%d · http://127.0.0.1:%d\n"
                                    .formatted(https, port));
            assertThat(ask(addresses.getFirst(), get("localhost").replace("/a%20b", "/a.txt")))
                    .endsWith("over TLS");
            for (String host : List.of("example.org", "example.org:" + port)) {
                assertThat(plain(port, get(host)))
                        .startsWith("HTTP/1.1 308 ")
                        .contains("\r\nLocation: https://example.org:" + https + "/a%20b?c=d\r\n");
            }
            assertThat(plain(port, get("[::1]:80")))
                    .contains("\r\nLocation: https://[::1]:" + https + "/a%20b?c=d\r\n");
            assertThat(plain(port, "GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 400 ");
            assertThat(plain(port, "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 400 ");
            server.stop().awaitEnd();
        }
    }

    @Test
    void thePortOfHttpsItselfIsLeftOut() {
        assertThat(HttpsRedirect.location("a.org", 443, "/x")).isEqualTo("https://a.org/x");
        assertThat(HttpsRedirect.location("a.org", 8443, "/x")).isEqualTo("https://a.org:8443/x");
    }

    @Test
    void theProxyEndsTlsAndBeginsIt() {
        String file = certificate.substring("--tls-cert=".length());
        try (RunningServer echo = start(new EchoCommand(), "--port=0", certificate);
                RunningServer outer =
                        start(
                                new ProxyCommand(),
                                "tcp://127.0.0.1:0",
                                "tls://" + echo.addresses().getFirst(),
                                "--cacert=" + file);
                RunningServer inner =
                        start(
                                new ProxyCommand(),
                                "tls://127.0.0.1:0",
                                "tcp://" + outer.addresses().getFirst(),
                                certificate)) {
            assertThat(ask(inner.addresses().getFirst(), "through")).isEqualTo("through");
            assertThat(inner.printed()).contains(" · tls://127.0.0.1:");
            assertThat(outer.printed()).contains(" · tcp://127.0.0.1:");
        }
    }

    /** The client hears of a reset, and of no end. */
    @Test
    void theProxyVerifiesItsTarget() throws IOException {
        try (RunningServer echo = start(new EchoCommand(), "--port=0", certificate);
                RunningServer proxy =
                        start(
                                new ProxyCommand(),
                                "tcp://127.0.0.1:0",
                                "tls://" + echo.addresses().getFirst())) {
            int port = ((IpAddress) proxy.addresses().getFirst()).port();
            String got;
            try {
                got = plain(port, "hello");
            } catch (IOException e) {
                got = "reset";
            }
            assertThat(got).isEqualTo("reset");
        }
    }
}
