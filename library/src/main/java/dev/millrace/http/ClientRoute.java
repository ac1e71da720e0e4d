package dev.millrace.http;

import dev.millrace.http.wire.FieldsToSend;
import dev.millrace.http.wire.HeadWriter;
import dev.millrace.http.wire.RequestLine;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import dev.millrace.net.NetSocketOptions;
import dev.millrace.sys.Errno;
import dev.millrace.tls.TlsOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where connections of one pool lead: to an origin, to a proxy for the requests to all origins, or
 * to one origin through a proxy.
 *
 * @param origin null: whichever a request names, which a proxy finds
 */
record ClientRoute(@Nullable Origin origin, @Nullable HttpProxy proxy) {

    static ClientRoute to(Origin origin, HttpClientOptions options) {
        HttpProxy proxy = options.proxy().filter(one -> one.isFor(origin.name())).orElse(null);
        return new ClientRoute(
                proxy == null || proxy.isTunnel() || origin.isSecure() ? origin : null, proxy);
    }

    boolean isTunnel() {
        return origin != null && proxy != null;
    }

    NetSocket open(Loop loop, HttpClientOptions options) {
        NetSocketOptions plain =
                options.net().withoutTls().withConnectTimeout(options.timeouts().connect());
        if (proxy != null) {
            return NetSocket.connect(loop, proxy.port(), proxy.host(), plain);
        }
        NetSocketOptions net = isSecure() ? plain.withTls(tls(options)) : plain;
        if (options.address().isPresent() || origin == null) {
            return NetSocket.connect(loop, options.address().orElseThrow(), net);
        }
        return NetSocket.connect(loop, origin.port(), origin.name(), net);
    }

    /** Whether TLS is spoken with the origin, directly or through a tunnel. */
    boolean isSecure() {
        return origin != null && origin.isSecure();
    }

    /** The origin's name is verified, whatever address the connection leads to. */
    TlsOptions tls(HttpClientOptions options) {
        TlsOptions tls = options.net().tls().orElse(TlsOptions.DEFAULTS);
        TlsOptions named =
                origin == null || tls.serverName().isPresent()
                        ? tls
                        : tls.withServerName(origin.name());
        return named.alpn().isEmpty() ? named.withAlpn("http/1.1") : named;
    }

    /** The request target (RFC 9112 section 3.2). */
    String target(Origin of, URI uri) {
        String path = Origin.target(uri);
        return origin == null ? "http://" + of.authority() + path : path;
    }

    /** What the proxy wants to see of each request; an origin never does. */
    void authorize(HeadWriter head) {
        if (proxy != null && !isTunnel() && !proxy.authorization().isEmpty()) {
            String line = "Proxy-Authorization: " + proxy.authorization() + "\r\n";
            head.append(line.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /** Writes the request for a tunnel. */
    void writeConnect(HeadWriter head, NetSocket to) {
        Origin end = origin;
        if (end == null || proxy == null) {
            throw new IllegalStateException("no tunnel is needed to " + this);
        }
        FieldsToSend fields = new FieldsToSend();
        fields.set("Host", end.tunnelTarget());
        if (!proxy.authorization().isEmpty()) {
            fields.set("Proxy-Authorization", proxy.authorization());
        }
        head.begin(new RequestLine("CONNECT", end.tunnelTarget()), fields);
        head.end();
        to.write(head.array(), 0, head.length());
    }

    /** The proxy's response is no tunnel. */
    IOException refused(ClientResponse response) {
        String status = response.status() + " " + response.reason();
        return new IOException("no tunnel to " + this + ": " + status.strip());
    }

    /** A connection that stood has ended without an error of its own. */
    IOException cutOff(boolean isTunnelling, boolean hasBegun) {
        String what =
                isTunnelling
                        ? "no tunnel to " + this + ": the connection ended"
                        : hasBegun
                                ? "the response was cut off"
                                : "the connection ended without a response";
        return new IOException(what + " (ECONNRESET)", SystemError.of(Errno.ECONNRESET, "read"));
    }

    /** For errors and statistics. */
    @Override
    public String toString() {
        if (proxy == null) {
            return origin == null ? "" : origin.host() + ":" + origin.port();
        }
        return origin == null
                ? "the proxy " + proxy
                : origin.tunnelTarget() + " by the proxy " + proxy;
    }
}
