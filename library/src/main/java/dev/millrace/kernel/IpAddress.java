package dev.millrace.kernel;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address and a port.
 *
 * {@snippet class="dev.millrace.kernel.KernelExamplesTest" region="ip"}
 *
 * @param host the host; an IPv6 address may carry a scope id
 * @param port 0 to 65535; 0 asks for any free port when listening
 */
public record IpAddress(InetAddress host, int port) implements Address {
    /**
     * @throws IllegalArgumentException if the port is out of range
     */
    public IpAddress {
        Objects.requireNonNull(host, "host");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(
                    "port " + port + " is out of range: use 0 (any free port) to 65535");
        }
    }

    /**
     * An address from a literal such as {@code 127.0.0.1}, {@code ::1} or {@code fe80::1%eth0},
     * whose scope is an interface's name or number (RFC 4007 section 11); names are not looked up.
     *
     * @throws IllegalArgumentException if the text is no IP address, there is no such interface, or
     *     the port is out of range
     */
    public static IpAddress of(String literal, int port) {
        int zone = literal.indexOf('%');
        String host = zone < 0 ? literal : literal.substring(0, zone);
        boolean isIpv6 = host.indexOf(':') >= 0 && !host.startsWith("[");
        if (!isIpv6 && (zone >= 0 || !isFourNumbers(host))) {
            throw new IllegalArgumentException("no IP address: " + literal);
        }
        InetAddress address = InetAddress.ofLiteral(host);
        return new IpAddress(
                zone < 0 ? address : scoped(address, literal.substring(zone + 1)), port);
    }

    /** As inet_pton(3) has it; the JDK also takes 1.2.3, 127.1 and 010.0.0.1. */
    private static boolean isFourNumbers(String text) {
        String[] part = text.split("\\.", -1);
        boolean isDecimal = part.length == 4;
        for (String number : part) {
            isDecimal &= !number.isEmpty() && (number.length() == 1 || number.charAt(0) != '0');
        }
        return isDecimal;
    }

    /**
     * Not left to the JDK, which refuses the name of an interface without an address of that kind.
     */
    private static InetAddress scoped(InetAddress address, String zone) {
        try {
            boolean isNumber = !zone.isEmpty() && zone.chars().allMatch(c -> c >= '0' && c <= '9');
            NetworkInterface named =
                    isNumber || zone.isEmpty() ? null : NetworkInterface.getByName(zone);
            if (!isNumber && named == null) {
                throw new IllegalArgumentException("no network interface is called: " + zone);
            }
            int scope = named == null ? Integer.parseInt(zone) : named.getIndex();
            return Inet6Address.getByAddress(null, address.getAddress(), scope);
        } catch (SocketException | UnknownHostException | NumberFormatException e) {
            throw new IllegalArgumentException("no scope of an IPv6 address: " + zone, e);
        }
    }

    /**
     * An address of 4 or 16 bytes, as protocols carry it (an IPv4 address mapped into IPv6 is an
     * IPv4 one).
     *
     * @throws IllegalArgumentException if there are neither 4 nor 16 bytes, or the port is out of
     *     range
     */
    public static IpAddress of(byte[] host, int port) {
        try {
            return new IpAddress(InetAddress.getByAddress(host), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "an IP address of " + host.length + " bytes: it has 4 or 16", e);
        }
    }

    /**
     * The same address as the JDK's own.
     *
     * @throws IllegalArgumentException if its name was not looked up
     */
    public static IpAddress of(InetSocketAddress address) {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException(
                    address.getHostString() + " was not looked up: connect by the name instead");
        }
        return new IpAddress(address.getAddress(), address.getPort());
    }

    /** The same address for an API of the JDK's. */
    public InetSocketAddress toInetSocketAddress() {
        return new InetSocketAddress(host, port);
    }

    /** 127.0.0.1, whatever the machine's hosts file says. */
    public static IpAddress loopback(int port) {
        return of("127.0.0.1", port);
    }

    /** {@code IPv4} or {@code IPv6}, as Node's {@code address().family} has it. */
    @Override
    public String family() {
        return host instanceof Inet4Address ? "IPv4" : "IPv6";
    }

    /** The host alone, an IPv6 one without brackets and shortened as RFC 5952 has it. */
    public String hostText() {
        String text = host.getHostAddress();
        return host instanceof Inet6Address ? shortened(text) : text;
    }

    /** The scope counts: the JDK's own comparison of hosts leaves it out. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress that
                && port == that.port
                && host.equals(that.host)
                && scope() == that.scope();
    }

    @Override
    public int hashCode() {
        return 31 * (31 * host.hashCode() + scope()) + port;
    }

    private int scope() {
        return host instanceof Inet6Address six ? six.getScopeId() : 0;
    }

    /** {@code 127.0.0.1:8080}, or {@code [::1]:8080} (RFC 3986 section 3.2.2). */
    @Override
    public String toString() {
        String text = hostText();
        return (host instanceof Inet6Address ? "[" + text + "]" : text) + ":" + port;
    }

    /** RFC 5952 section 4.2: the longest run of two or more zero groups becomes "::". */
    private static String shortened(String full) {
        int zone = full.indexOf('%');
        String[] group = (zone < 0 ? full : full.substring(0, zone)).split(":");
        int best = -1;
        int bestLength = 1;
        for (int start = 0; start < group.length; start++) {
            int end = start;
            while (end < group.length && group[end].equals("0")) {
                end++;
            }
            if (end - start > bestLength) {
                best = start;
                bestLength = end - start;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < group.length; at++) {
            if (at == best) {
                text.append("::");
                at += bestLength - 1;
            } else {
                text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":")
                        .append(group[at]);
            }
        }
        return text + (zone < 0 ? "" : full.substring(zone));
    }
}
