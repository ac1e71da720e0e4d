package dev.millrace.http;

import dev.millrace.http.wire.FieldsToSend;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * A proxy that an {@link HttpClient} goes through. It is asked with the whole URI (RFC 9112 section
 * 3.2.2), or for a tunnel to the origin by CONNECT (RFC 9110 section 9.3.6). What it says to a
 * request of the first kind is the response, a 407 too; a tunnel that it refuses is an error, which
 * names the proxy and its status.
 *
 * {@snippet class="dev.millrace.http.HttpClientExamplesTest" region="proxy"}
 *
 * @param host its name or address
 * @param authorization the value of Proxy-Authorization; empty: none is sent
 * @param isTunnel whether there is a tunnel to each origin, which hides from the proxy what is
 *     asked and makes a connection serve one origin alone
 * @param direct hosts that are asked without it: a name, {@code .example.com} for what ends so and
 *     for {@code example.com}, {@code *} for all
 */
public record HttpProxy(
        String host, int port, String authorization, boolean isTunnel, List<String> direct) {

    /**
     * @throws IllegalArgumentException if the host is empty, the port is none, or the authorization
     *     can't stand in a field
     */
    public HttpProxy {
        direct = direct.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        if (host.isEmpty() || port < 1 || port > 0xffff) {
            throw new IllegalArgumentException(
                    "a proxy has a host and a port from 1 to 65535, not " + host + ":" + port);
        }
        FieldsToSend.checkValue("Proxy-Authorization", authorization);
    }

    /** A proxy without credentials, for requests to all hosts. */
    public static HttpProxy of(String host, int port) {
        return new HttpProxy(host, port, "", false, List.of());
    }

    /**
     * This proxy with credentials of the scheme Basic (RFC 7617), as UTF-8.
     *
     * @throws IllegalArgumentException if the user holds a colon
     */
    public HttpProxy withCredentials(String user, String password) {
        if (user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("a user with a colon can't be told to a proxy");
        }
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        String value = "Basic " + Base64.getEncoder().encodeToString(pair);
        return new HttpProxy(host, port, value, isTunnel, direct);
    }

    /** This proxy with tunnels, or without. */
    public HttpProxy withTunnel(boolean isTunnel) {
        return new HttpProxy(host, port, authorization, isTunnel, direct);
    }

    /** This proxy, but not for these hosts. */
    public HttpProxy withDirect(String... hosts) {
        return new HttpProxy(host, port, authorization, isTunnel, List.of(hosts));
    }

    /** Whether requests to {@code host}, in small letters, go through it. */
    boolean isFor(String host) {
        return direct.stream().noneMatch(name -> isMatch(name, host));
    }

    private static boolean isMatch(String name, String host) {
        boolean isSuffix = name.startsWith(".");
        return name.equals("*")
                || host.equals(isSuffix ? name.substring(1) : name)
                || (isSuffix && host.endsWith(name));
    }

    /** {@code host:port}, and no credentials: it may be logged. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
