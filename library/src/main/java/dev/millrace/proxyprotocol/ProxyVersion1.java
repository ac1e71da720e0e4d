package dev.millrace.proxyprotocol;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.millrace.kernel.IpAddress;
import java.net.Inet4Address;
import java.util.Optional;

/**
 * The line of version 1 (proxy-protocol.txt section 2.1):
 *
 * <pre>
 *   PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n     one space each, numbers without zeros in front
 *   PROXY UNKNOWN anything\r\n
 * </pre>
 */
final class ProxyVersion1 {
    /** With CR and LF. */
    static final int MAX_BYTES = 107;

    static final byte[] START = "PROXY ".getBytes(US_ASCII);

    private static final int PORT_MAX = 65_535;
    private static final int PARTS = 6;

    private ProxyVersion1() {}

    /** {@code line}: without CR and LF. */
    static ProxyHeader decode(String line) throws ProxyHeaderException {
        String[] part = line.split(" ", -1);
        if (part[1].equals("UNKNOWN")) {
            return ProxyHeader.unknown(ProxyHeader.Version.V1);
        }
        boolean isIpv4 = part[1].equals("TCP4");
        if (!isIpv4 && !part[1].equals("TCP6")) {
            throw new ProxyHeaderException(
                    "the family is " + shown(part[1]) + ", not TCP4, TCP6 or UNKNOWN");
        }
        if (part.length != PARTS) {
            throw new ProxyHeaderException(
                    "the line has "
                            + part.length
                            + " words, not 6 with one space between them: PROXY, the family, two"
                            + " addresses, two ports");
        }
        return ProxyHeader.v1(address(isIpv4, part[2], part[4]), address(isIpv4, part[3], part[5]));
    }

    private static IpAddress address(boolean isIpv4, String host, String port)
            throws ProxyHeaderException {
        // An IPv6 address may have an IPv4 one at its end (RFC 4291 section 2.2), but no zone.
        boolean isOfFamily = isIpv4 == (host.indexOf(':') < 0) && host.indexOf('%') < 0;
        if (isOfFamily) {
            try {
                return IpAddress.of(host, port(port));
            } catch (IllegalArgumentException e) {
                // Told below.
            }
        }
        throw new ProxyHeaderException(
                shown(host) + " is no IPv" + (isIpv4 ? "4" : "6") + " address");
    }

    private static int port(String text) throws ProxyHeaderException {
        boolean isNumber =
                text.length() <= 5
                        && text.chars().allMatch(c -> c >= '0' && c <= '9')
                        && (text.equals("0") || !text.startsWith("0"));
        int port = isNumber && !text.isEmpty() ? Integer.parseInt(text) : PORT_MAX + 1;
        if (port > PORT_MAX) {
            throw new ProxyHeaderException(shown(text) + " is no port, 0 to 65535");
        }
        return port;
    }

    /** The line has printable characters only. */
    private static String shown(String text) {
        return '"' + text + '"';
    }

    static byte[] encode(ProxyHeader header) {
        StringBuilder line = new StringBuilder("PROXY ");
        Optional<IpAddress> source = header.source().map(IpAddress.class::cast);
        Optional<IpAddress> destination = header.destination().map(IpAddress.class::cast);
        if (source.isEmpty() || destination.isEmpty()) {
            line.append("UNKNOWN");
        } else {
            boolean isIpv4 = isIpv4(source.get()) && isIpv4(destination.get());
            line.append(isIpv4 ? "TCP4" : "TCP6");
            line.append(' ').append(host(source.get(), isIpv4));
            line.append(' ').append(host(destination.get(), isIpv4));
            line.append(' ').append(source.get().port());
            line.append(' ').append(destination.get().port());
        }
        return line.append("\r\n").toString().getBytes(US_ASCII);
    }

    static boolean isIpv4(IpAddress address) {
        return address.host() instanceof Inet4Address;
    }

    private static String host(IpAddress address, boolean isIpv4) {
        String text = address.hostText();
        int zone = text.indexOf('%');
        String plain = zone < 0 ? text : text.substring(0, zone);
        return isIpv4 || !isIpv4(address) ? plain : "::ffff:" + plain;
    }
}
