package dev.millrace.web;

import dev.millrace.http.ServerRequest;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.net.BlockList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The proxies in front of a server whose word counts, and the client behind them.
 *
 * {@snippet class="dev.millrace.web.WebExamplesTest" region="proxies"}
 *
 * <p>Each proxy adds at the end the address of the peer that it serves. So the list is read from
 * its end, as long as the one who wrote the entry is trusted: the first address that is not is the
 * client. What stands before it may have been made up. Nothing counts of what comes from a peer
 * that is not trusted itself.
 *
 * <p>Which of the two kinds of fields the proxies write has to be said: one of the kind that they
 * pass on unseen is the client's. Any thread may use it.
 */
public final class TrustedProxies {
    /** Among the rules: peers on a Unix socket. */
    private static final String UNIX = "unix";

    /** What one proxy has written. */
    private record Entry(
            @Nullable String address, @Nullable String scheme, @Nullable String host) {}

    private final BlockList trusted;
    private final boolean isUnixTrusted;
    private final boolean isStandard;

    private TrustedProxies(boolean isStandard, String... proxies) {
        List<String> rules = new ArrayList<>(Arrays.asList(proxies));
        this.isStandard = isStandard;
        this.isUnixTrusted = rules.removeIf(UNIX::equals);
        this.trusted = BlockList.of(rules.toArray(String[]::new));
    }

    /**
     * Proxies that write {@code Forwarded} (RFC 7239).
     *
     * @param proxies their addresses, by the rules of {@link BlockList}: {@code 10.0.0.7}, {@code
     *     10.0.0.0/8}; and {@code unix} for all peers on a Unix socket
     * @throws IllegalArgumentException if one is no such rule
     */
    public static TrustedProxies forwarded(String... proxies) {
        return new TrustedProxies(true, proxies);
    }

    /**
     * Proxies that write {@code X-Forwarded-For}, {@code X-Forwarded-Proto} and {@code
     * X-Forwarded-Host}; otherwise as {@link #forwarded}. The first proxy has to replace the latter
     * two, since they do not tell who has written them.
     */
    public static TrustedProxies xForwarded(String... proxies) {
        return new TrustedProxies(false, proxies);
    }

    /**
     * Where {@code request} came from. On the loop's thread.
     *
     * <p>An entry without an address that can be read ({@code unknown}, or a name made up by the
     * proxy) ends the search: the proxy that wrote it stands for the client.
     */
    public ClientOrigin origin(ServerRequest request) {
        Optional<Address> address = request.remoteAddress();
        String scheme = "http";
        String host = request.authority();
        if (address.isEmpty()) {
            return new ClientOrigin(address, scheme, host);
        }
        Address current = address.get();
        EntriesFromTheEnd entries = entries(request);
        while (isTrusted(current)) {
            Entry entry = entries.next();
            if (entry == null) {
                break;
            }
            scheme = entry.scheme == null ? scheme : entry.scheme;
            host = entry.host == null ? host : entry.host;
            Address next = parse(entry.address);
            if (next == null) {
                break;
            }
            current = next;
        }
        return new ClientOrigin(Optional.of(current), scheme, host);
    }

    private boolean isTrusted(Address address) {
        return address instanceof UnixAddress ? isUnixTrusted : trusted.contains(address);
    }

    /** An IPv4 or IPv6 address, the latter perhaps in brackets, perhaps with a port. */
    private static @Nullable Address parse(@Nullable String node) {
        // A scope would name an interface of the proxy's machine.
        if (node == null || node.indexOf('%') >= 0) {
            return null;
        }
        String host = node;
        int port = 0;
        int colon = node.lastIndexOf(':');
        boolean isBracketed = node.startsWith("[");
        boolean hasPort = isBracketed ? node.contains("]:") : node.indexOf(':') == colon;
        try {
            if (colon > 0 && hasPort) {
                host = node.substring(0, colon);
                // RFC 7239 section 6: it may be a name made up, which tells nothing.
                String number = node.substring(colon + 1);
                port = number.matches("\\d+") ? Integer.parseInt(number) : 0;
            }
            if (isBracketed && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            return IpAddress.of(host, port);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private EntriesFromTheEnd entries(ServerRequest request) {
        if (isStandard) {
            List<String> elements = elementsFromTheEnd(all(request, "Forwarded"));
            return new EntriesFromTheEnd(elements.stream().map(TrustedProxies::standard).toList());
        }
        List<String> addresses = elementsFromTheEnd(all(request, "X-Forwarded-For"));
        List<String> schemes = elementsFromTheEnd(all(request, "X-Forwarded-Proto"));
        List<String> hosts = elementsFromTheEnd(all(request, "X-Forwarded-Host"));
        List<Entry> entries = new ArrayList<>();
        for (int at = 0; at < addresses.size(); at++) {
            entries.add(new Entry(addresses.get(at), scheme(at(schemes, at)), host(at(hosts, at))));
        }
        return new EntriesFromTheEnd(entries);
    }

    private static @Nullable String at(List<String> values, int at) {
        return at < values.size() ? values.get(at) : null;
    }

    private static String all(ServerRequest request, String name) {
        return String.join(",", request.headers().all(name));
    }

    private static Entry standard(String element) {
        Parameters parameters = new Parameters(";" + element);
        if (!parameters.read()) {
            return new Entry(null, null, null);
        }
        return new Entry(
                parameters.find("for"),
                scheme(parameters.find("proto")),
                host(parameters.find("host")));
    }

    private static @Nullable String scheme(@Nullable String text) {
        String lower = text == null ? "" : text.toLowerCase(Locale.ROOT);
        return lower.equals("http") || lower.equals("https") ? lower : null;
    }

    /** A proxy may hand on what its client has written, whatever that is. */
    private static @Nullable String host(@Nullable String text) {
        return text != null && text.matches("[\\w.:\\[\\]~%-]{1,255}") ? text : null;
    }

    /**
     * The elements of a list, the last one first. Split from its end, where the trusted ones are,
     * so that a quote that is open in what a client has written can't take in what follows.
     */
    private static List<String> elementsFromTheEnd(String list) {
        List<String> elements = new ArrayList<>();
        boolean isQuoted = false;
        int end = list.length();
        for (int at = list.length() - 1; at >= 0; at--) {
            if (list.charAt(at) == '"' && (at == 0 || list.charAt(at - 1) != '\\')) {
                isQuoted = !isQuoted;
            } else if (list.charAt(at) == ',' && !isQuoted) {
                add(elements, list.substring(at + 1, end));
                end = at;
            }
        }
        add(elements, list.substring(0, end));
        return elements;
    }

    /** RFC 9110 section 5.6.1: empty elements do not count. */
    private static void add(List<String> elements, String element) {
        if (!element.isBlank()) {
            elements.add(element.strip());
        }
    }

    /** {@code TrustedProxies[10.0.0.0/8]}. */
    @Override
    public String toString() {
        return "TrustedProxies" + trusted.rules() + (isUnixTrusted ? " and unix" : "");
    }

    /** Entries, the last one first. */
    private static final class EntriesFromTheEnd {
        private final List<Entry> entries;
        private int at;

        EntriesFromTheEnd(List<Entry> entries) {
            this.entries = entries;
        }

        @Nullable Entry next() {
            return at < entries.size() ? entries.get(at++) : null;
        }
    }
}
