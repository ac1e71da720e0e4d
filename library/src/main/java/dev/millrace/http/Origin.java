package dev.millrace.http;

import java.net.URI;
import java.util.Locale;

/**
 * What connections are shared for (RFC 9110 section 4.3.1).
 *
 * @param host as the URI has it in small letters; an IPv6 address in its brackets
 */
record Origin(String host, int port, boolean isSecure) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;

    /**
     * @throws IllegalArgumentException unless {@code uri} is one of http or https with a host
     */
    static Origin of(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean isSecure = scheme.equals("https");
        String host = uri.getHost();
        if (!(isSecure || scheme.equals("http")) || host == null || uri.getRawUserInfo() != null) {
            // RFC 9110 section 4.2.4: a name and password in a URI are a way to deceive.
            throw new IllegalArgumentException(
                    "\"" + uri + "\" is no http://host[:port]/path or https://, without a user");
        }
        if (uri.getPort() == 0 || uri.getPort() > 0xffff) {
            throw new IllegalArgumentException("port " + uri.getPort() + " is not 1 to 65535");
        }
        int port = uri.getPort() < 0 ? ownPort(isSecure) : uri.getPort();
        return new Origin(host.toLowerCase(Locale.ROOT), port, isSecure);
    }

    private static int ownPort(boolean isSecure) {
        return isSecure ? HTTPS_PORT : HTTP_PORT;
    }

    /** Whether {@link #of} takes it. */
    static boolean isServed(URI uri) {
        return ("http".equalsIgnoreCase(uri.getScheme())
                        || "https".equalsIgnoreCase(uri.getScheme()))
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getPort() != 0
                && uri.getPort() <= 0xffff;
    }

    /** The request target in origin-form (RFC 9112 section 3.2.1), as ASCII. */
    static String target(URI uri) {
        String text = uri.toASCIIString();
        URI ascii = text.length() == uri.toString().length() ? uri : URI.create(text);
        String path = ascii.getRawPath();
        String query = ascii.getRawQuery();
        return (path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
    }

    /** The value of Host (RFC 9110 section 7.2). */
    String authority() {
        return port == ownPort(isSecure) ? host : host + ":" + port;
    }

    /** The host to connect to. */
    String name() {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** The request target of CONNECT (RFC 9112 section 3.2.3). */
    String tunnelTarget() {
        return host + ":" + port;
    }
}
