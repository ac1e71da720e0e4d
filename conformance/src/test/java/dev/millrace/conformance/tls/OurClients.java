package dev.millrace.conformance.tls;

import dev.millrace.http.ClientRequest;
import dev.millrace.http.HttpClient;
import dev.millrace.http.HttpClientOptions;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.tls.TestCertificates;
import dev.millrace.tls.TlsOptions;
import dev.millrace.tls.TlsSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Our HttpClient and NetSocket at a server of others; each connection is for one exchange. */
final class OurClients {
    private static final int BODY_MAX_BYTES = 64 << 10;
    private static final String REQUEST =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

    /** Starts a server and tells its port. */
    interface Server {
        int start(Stage stage) throws IOException;
    }

    /** One exchange; the consumer is told once, with "" or what went wrong. */
    private interface Exchange {
        void begin(Consumer<String> over);
    }

    private final Tally tally = new Tally();
    private final TlsOptions tls;
    private final int port;
    private int resumed;
    private int left;

    private OurClients(TlsOptions tls, int port, int count) {
        this.tls = tls;
        this.port = port;
        this.left = count;
    }

    private static OurClients at(Server server, Stage stage, int count, boolean hasIdentity)
            throws IOException {
        TlsOptions tls = TestCertificates.client();
        if (hasIdentity) {
            tls = tls.withIdentity(stage.credentials.ofClient().identity());
        }
        return new OurClients(tls, server.start(stage), count);
    }

    static Tally http(Server server, Stage stage, int count, int atOnce) throws IOException {
        return at(server, stage, count, false).http(atOnce);
    }

    static Tally httpWithCertificate(Server server, Stage stage, int count, int atOnce)
            throws IOException {
        return at(server, stage, count, true).http(atOnce);
    }

    static Tally socket(Server server, Stage stage, int count, int atOnce) throws IOException {
        return at(server, stage, count, false).socket(atOnce, REQUEST, "hello");
    }

    /** Against a server that turns lines round. */
    static Tally lines(Server server, Stage stage, int count, int atOnce) throws IOException {
        return at(server, stage, count, false).socket(atOnce, "desserts\n", "stressed\n");
    }

    private Tally http(int atOnce) {
        Loop.run(loop -> {
            HttpClient client = HttpClient.create(loop, HttpClientOptions.DEFAULTS.withTls(tls));
            String uri = "https://localhost:" + port + "/";
            play(
                    atOnce,
                    over -> {
                        ClientRequest request =
                                client.request("GET", uri).header("Connection", "close");
                        request.response()
                                .thenCompose(response -> response.text(BODY_MAX_BYTES))
                                .whenComplete((text, thrown) -> over.accept(failure(text, thrown)));
                        request.end();
                    },
                    client::close);
        });
        return tally;
    }

    private static String failure(String text, Throwable thrown) {
        if (thrown != null) {
            return thrown.toString();
        }
        return text.contains("hello") || text.contains("s_server") ? "" : "got " + text;
    }

    private Tally socket(int atOnce, String says, String hears) {
        Loop.run(loop -> play(atOnce, over -> ask(loop, says, hears, over), () -> {}));
        return tally.how(resumed + " resumed");
    }

    private void ask(Loop loop, String says, String hears, Consumer<String> over) {
        NetSocket socket =
                NetSocket.connect(loop, port, "localhost", NetSocketOptions.DEFAULTS.withTls(tls));
        StringBuilder text = new StringBuilder();
        String[] error = {""};
        socket.onConnect(() -> {
            if (socket.tls().session().map(TlsSession::isResumed).orElse(false)) {
                resumed++;
            }
            socket.write(says);
        });
        socket.onData(data -> {
            text.append(StandardCharsets.UTF_8.decode(copy(data)));
            if (text.indexOf(hears) >= 0) {
                socket.end();
            }
        });
        socket.onError(thrown -> error[0] = thrown.toString());
        socket.onClose(() -> {
            boolean isRight = text.indexOf(hears) >= 0 && error[0].isEmpty();
            over.accept(isRight ? "" : error[0] + " behind " + text);
        });
    }

    private static ByteBuffer copy(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return ByteBuffer.wrap(bytes);
    }

    /** Some at once, each followed by the next; {@code end} behind the last. */
    private void play(int atOnce, Exchange exchange, Runnable end) {
        int[] running = {0};
        Runnable[] next = {null};
        next[0] =
                () -> {
                    if (left > 0) {
                        left--;
                        running[0]++;
                        exchange.begin(failure -> {
                            tally.check(failure.isEmpty(), failure);
                            running[0]--;
                            next[0].run();
                        });
                    } else if (running[0] == 0) {
                        end.run();
                    }
                };
        for (int number = 0; number < atOnce; number++) {
            next[0].run();
        }
    }
}
