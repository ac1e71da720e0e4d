package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;

/**
 * The URL of a request, checked.
 *
 * @param uri with its scheme, without a fragment
 */
record RequestUrl(URI uri) {
    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int PORT_MAX = 65_535;

    /**
     * Reads it; without a scheme it is http.
     *
     * @throws UsageError if it is no URL of http or https, with what would be right
     */
    static RequestUrl parse(String text) {
        String whole = !text.contains("://") ? "http://" + text : text;
        URI uri;
        try {
            uri = new URI(whole);
        } catch (URISyntaxException e) {
            throw wrong(text, e.getReason() + "; percent-encode what a URL can't hold");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            throw wrong(text, "the scheme " + scheme + " is unknown; use http or https");
        }
        if (uri.getRawUserInfo() != null) {
            throw wrong(text, "a URL has no name and password; use -H 'Authorization: ...'");
        }
        if (uri.getHost() == null) {
            throw wrong(
                    text, "the host is missing, or is none; write " + scheme + "://HOST:PORT/PATH");
        }
        if (uri.getPort() == 0 || uri.getPort() > PORT_MAX) {
            throw wrong(text, "no port; use 1 to " + PORT_MAX);
        }
        return new RequestUrl(withoutFragment(uri));
    }

    private static UsageError wrong(String text, String why) {
        return new UsageError("URL " + text + ": " + why);
    }

    private static URI withoutFragment(URI uri) {
        String text = uri.toASCIIString();
        int hash = text.indexOf('#');
        return URI.create(hash < 0 ? text : text.substring(0, hash));
    }

    boolean isSecure() {
        return uri.getScheme().equalsIgnoreCase("https");
    }

    private int ownPort() {
        return isSecure() ? HTTPS_PORT : HTTP_PORT;
    }

    private int port() {
        return uri.getPort() < 0 ? ownPort() : uri.getPort();
    }

    /** Its name, or its address without brackets. */
    String host() {
        return uri.getHost().replaceAll("[\\[\\]]", "");
    }

    /** What Host says (RFC 9110 section 7.2). */
    String authority() {
        return port() == ownPort() ? uri.getHost() : uri.getHost() + ":" + port();
    }

    /** What stands in the request line (RFC 9112 section 3.2.1). */
    String target() {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    /** Where it leads; a name is looked up. */
    Address address() {
        String host = host();
        try {
            return new IpAddress(InetAddress.getByName(host), port());
        } catch (UnknownHostException e) {
            throw new Failure("URL " + uri + ": there is no host " + host + "; check the name", e);
        }
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
