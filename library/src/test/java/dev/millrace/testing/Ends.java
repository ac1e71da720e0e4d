package dev.millrace.testing;

import dev.millrace.http.HttpClientOptions;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.HttpServer;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.kernel.Address;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.tls.TestCertificates;
import dev.millrace.tls.TlsOptions;
import java.io.IOException;
import java.net.Socket;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * The servers and sockets of contract tests, which run twice: as they are, and with TLS at both
 * ends ({@code -Dmillrace.tls=true}). What can't hold there is {@link PlainOnly}.
 */
public final class Ends {
    /** Whether this run is the one with TLS. */
    public static final boolean HAVE_TLS = Boolean.getBoolean("millrace.tls");

    private static final TlsOptions SERVER = TestCertificates.server();
    private static final TlsOptions CLIENT = TestCertificates.client();

    private Ends() {}

    /** As {@link NetServer#create(Loop)}. */
    public static NetServer server(Loop loop) {
        return server(loop, NetServerOptions.DEFAULTS);
    }

    /** As {@link NetServer#create(Loop, NetServerOptions)}. */
    public static NetServer server(Loop loop, NetServerOptions options) {
        return NetServer.create(loop, of(options));
    }

    /** As {@link NetServer#create(Loop, Consumer)}. */
    public static NetServer server(Loop loop, Consumer<? super NetSocket> handler) {
        return server(loop).onConnection(handler);
    }

    /** As {@link NetServer#create(Loop, NetServerOptions, Consumer)}. */
    public static NetServer server(
            Loop loop, NetServerOptions options, Consumer<? super NetSocket> handler) {
        return server(loop, options).onConnection(handler);
    }

    /** As {@link NetSocket#connect(Loop, int)}. */
    public static NetSocket connect(Loop loop, int port) {
        return connect(loop, port, "localhost");
    }

    /** As {@link NetSocket#connect(Loop, int, String)}. */
    public static NetSocket connect(Loop loop, int port, String host) {
        return connect(loop, port, host, NetSocketOptions.DEFAULTS);
    }

    /** As {@link NetSocket#connect(Loop, int, String, NetSocketOptions)}. */
    public static NetSocket connect(Loop loop, int port, String host, NetSocketOptions options) {
        return NetSocket.connect(loop, port, host, of(options));
    }

    /** As {@link NetSocket#connect(Loop, Address)}. */
    public static NetSocket connect(Loop loop, Address address) {
        return connect(loop, address, NetSocketOptions.DEFAULTS);
    }

    /** As {@link NetSocket#connect(Loop, Address, NetSocketOptions)}. */
    public static NetSocket connect(Loop loop, Address address, NetSocketOptions options) {
        return NetSocket.connect(loop, address, of(options));
    }

    /** As {@link HttpServer#create(Loop)}. */
    public static HttpServer http(Loop loop) {
        return http(loop, HttpServerOptions.DEFAULTS);
    }

    /** As {@link HttpServer#create(Loop, HttpServerOptions)}. */
    public static HttpServer http(Loop loop, HttpServerOptions options) {
        return HttpServer.create(loop, HAVE_TLS ? options.withTls(SERVER) : options);
    }

    /** As {@link HttpServer#create(Loop, HttpHandler)}. */
    public static HttpServer http(Loop loop, HttpHandler handler) {
        return http(loop).onRequest(handler);
    }

    /** As {@link HttpServer#create(Loop, HttpServerOptions, HttpHandler)}. */
    public static HttpServer http(Loop loop, HttpServerOptions options, HttpHandler handler) {
        return http(loop, options).onRequest(handler);
    }

    /** For a server: {@code options}, with TLS in the run that has it. */
    public static NetServerOptions of(NetServerOptions options) {
        return HAVE_TLS && options != null ? options.withTls(SERVER) : options;
    }

    /** For a socket that connects: {@code options}, with TLS in the run that has it. */
    public static NetSocketOptions of(NetSocketOptions options) {
        return HAVE_TLS ? options.withTls(CLIENT.withServerName("localhost")) : options;
    }

    /** For a client of https. */
    public static HttpClientOptions of(HttpClientOptions options) {
        return HAVE_TLS ? options.withTls(CLIENT) : options;
    }

    /** {@code http} or {@code https}. */
    public static String scheme() {
        return HAVE_TLS ? "https" : "http";
    }

    /**
     * A connected socket of the JDK's, behind the JDK's handshake in the run that has TLS; the
     * server's loop is on another thread.
     */
    public static Socket client(Socket plain) throws IOException {
        if (!HAVE_TLS) {
            return plain;
        }
        SSLSocket secure =
                (SSLSocket) Foreign.SOCKETS.createSocket(plain, "localhost", plain.getPort(), true);
        try {
            secure.startHandshake();
        } catch (IOException e) {
            plain.close();
            throw e;
        }
        return new SecureSocket(plain, secure);
    }

    /** Made in the run that has TLS alone. */
    private static final class Foreign {
        static final SSLSocketFactory SOCKETS = TestCertificates.foreign().getSocketFactory();
    }
}
