package dev.millrace.conformance.tls;

import java.io.IOException;
import java.util.Optional;

/** Two programs that shake hands, one of them ours. */
enum Pair {
    S_CLIENT("openssl s_client", "serve", "openssl", OpensslClient::get),
    S_CLIENT_1_2("openssl s_client, TLS 1.2", "serve", "openssl", OpensslClient::getByTls12),
    S_CLIENT_CERTIFICATE(
            "openssl s_client with a certificate",
            "HttpServer",
            "openssl",
            OpensslClient::getWithCertificate),
    S_CLIENT_RECONNECT("openssl s_client -reconnect", "serve", "openssl", OpensslClient::reconnect),
    S_CLIENT_TICKET("openssl s_client -sess_in", "serve", "openssl", OpensslClient::resume),
    CURL("curl", "serve", "curl", ForeignClients::curl),
    CURL_CERTIFICATE(
            "curl with a certificate", "HttpServer", "curl", ForeignClients::curlWithCertificate),
    NODE_TLS("Node's tls", "echo", "node", ForeignClients::nodeTls),
    NODE_HTTPS("Node's https", "serve", "node", ForeignClients::nodeHttps),
    NODE_CERTIFICATE(
            "Node's https with a certificate",
            "HttpServer",
            "node",
            ForeignClients::nodeHttpsWithCertificate),
    JAVA("Java's HttpClient", "serve", "", ForeignClients::java),
    WRK("wrk", "serve", "wrk", ForeignClients::wrk),
    CHROMIUM("Chromium", "HttpServer", "chromium-headless-shell", Chromium::play),
    TO_NGINX("HttpClient", "nginx", "nginx", ourHttp(ForeignServers::nginx, Pair.AT_ONCE)),
    TO_NGINX_CERTIFICATE(
            "HttpClient with a certificate",
            "nginx",
            "nginx",
            ourHttpWithCertificate(ForeignServers::nginxWithCertificates, Pair.AT_ONCE)),
    TO_NODE("HttpClient", "Node's https", "node", ourHttp(ForeignServers::node, Pair.AT_ONCE)),
    TO_NODE_CERTIFICATE(
            "HttpClient with a certificate",
            "Node's https",
            "node",
            ourHttpWithCertificate(ForeignServers::nodeWithCertificates, Pair.AT_ONCE)),
    TO_S_SERVER("HttpClient", "openssl s_server", "openssl", ourHttp(ForeignServers::openssl, 1)),
    TO_S_SERVER_CERTIFICATE(
            "HttpClient with a certificate",
            "openssl s_server",
            "openssl",
            ourHttpWithCertificate(ForeignServers::opensslWithCertificates, 1)),
    SOCKET_TO_NGINX(
            "NetSocket",
            "nginx",
            "nginx",
            (stage, count) -> OurClients.socket(ForeignServers::nginx, stage, count, Pair.AT_ONCE)),
    SOCKET_TO_NODE(
            "NetSocket",
            "Node's https",
            "node",
            (stage, count) -> OurClients.socket(ForeignServers::node, stage, count, Pair.AT_ONCE)),
    SOCKET_TO_S_SERVER(
            "NetSocket",
            "openssl s_server -rev",
            "openssl",
            (stage, count) -> OurClients.lines(ForeignServers::opensslReversing, stage, count, 1));

    /** Connections at a time, to servers that serve more than one. */
    private static final int AT_ONCE = 8;

    /** Shakes hands {@code count} times, or some more. */
    interface Play {
        Tally play(Stage stage, int count) throws IOException;
    }

    private final String client;
    private final String server;
    private final String program;
    private final Play play;

    Pair(String client, String server, String program, Play play) {
        this.client = client;
        this.server = server;
        this.program = program;
        this.play = play;
    }

    private static Play ourHttp(OurClients.Server server, int atOnce) {
        return (stage, count) -> OurClients.http(server, stage, count, atOnce);
    }

    private static Play ourHttpWithCertificate(OurClients.Server server, int atOnce) {
        return (stage, count) -> OurClients.httpWithCertificate(server, stage, count, atOnce);
    }

    String client() {
        return client;
    }

    String server() {
        return server;
    }

    /** The program that this machine would need; empty if all is there. */
    Optional<String> missing() {
        boolean isThere =
                program.isEmpty()
                        || (this == CHROMIUM
                                ? Chromium.program().isPresent()
                                : Stage.program(program).isPresent());
        return isThere ? Optional.empty() : Optional.of(program);
    }

    /** What has neither come to an end nor failed has failed as well. */
    Tally play(Stage stage, int count) throws IOException {
        Tally tally = play.play(stage, count);
        int missing = count - tally.done() - tally.failures();
        tally.failed(Math.max(0, missing), missing + " of which nothing was heard");
        return tally;
    }

    @Override
    public String toString() {
        return client + " to " + server;
    }
}
