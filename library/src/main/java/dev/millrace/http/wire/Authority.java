package dev.millrace.http.wire;

/**
 * The syntax of {@code host[:port]}, as the Host field and a request target may hold it (RFC 9110
 * section 7.2, RFC 3986 section 3.2). Narrower than the RFC in two places, both because of X25: no
 * comma, because a list of hosts is what a careless proxy makes of two Host fields, and no user
 * part, which RFC 9110 section 4.2.4 calls an attack.
 */
final class Authority {

    private static final int MOST_PORT = 65535;

    private Authority() {}

    /**
     * Whether {@code [from, end)} is a host that is not empty, and a port: at will, or a must for
     * CONNECT.
     */
    static boolean isValid(byte[] array, int from, int end, boolean portRequired) {
        boolean literal = from < end && array[from] == '[';
        int hostEnd = literal ? literalEnd(array, from, end) : nameEnd(array, from, end);
        if (hostEnd == from) {
            return false;
        }
        if (hostEnd == end) {
            return !portRequired;
        }
        return array[hostEnd] == ':' && isPort(array, hostEnd + 1, end, portRequired);
    }

    /**
     * The end of a registered name or IPv4 address; {@code from} when a percent sign starts no hex
     * pair.
     */
    private static int nameEnd(byte[] array, int from, int end) {
        int at = from;
        while (at < end) {
            if (Ascii.isRegName(array[at])) {
                at++;
            } else if (array[at] == '%') {
                if (end - at < 3 || Ascii.hex(array[at + 1]) < 0 || Ascii.hex(array[at + 2]) < 0) {
                    return from;
                }
                at += 3;
            } else {
                return at;
            }
        }
        return at;
    }

    /**
     * The position behind the bracket that closes a valid IPv6 address; {@code from} when there is
     * none.
     */
    private static int literalEnd(byte[] array, int from, int end) {
        for (int at = from + 1; at < end; at++) {
            if (array[at] == ']') {
                return isIpv6(array, from + 1, at) ? at + 1 : from;
            }
        }
        return from;
    }

    /**
     * RFC 3986 section 3.2.2: eight groups of 1-4 hex digits, fewer around one "::", the last two
     * perhaps IPv4.
     */
    private static boolean isIpv6(byte[] array, int from, int end) {
        int groups = 0;
        boolean shortened = false;
        int at = from;
        if (end - at >= 2 && array[at] == ':' && array[at + 1] == ':') {
            shortened = true;
            at += 2;
        }
        while (at < end) {
            int digits = at;
            while (at < end && at - digits < 4 && Ascii.hex(array[at]) >= 0) {
                at++;
            }
            if (at == digits) {
                return false;
            }
            if (at < end && array[at] == '.') {
                return isIpv4(array, digits, end) && isComplete(groups + 2, shortened);
            }
            groups++;
            if (at == end) {
                break;
            }
            if (array[at++] != ':' || at == end) {
                return false;
            }
            if (array[at] == ':') {
                if (shortened) {
                    return false;
                }
                shortened = true;
                at++;
            }
        }
        return isComplete(groups, shortened);
    }

    private static boolean isComplete(int groups, boolean shortened) {
        return shortened ? groups < 8 : groups == 8;
    }

    private static boolean isIpv4(byte[] array, int from, int end) {
        int at = from;
        for (int octet = 0; octet < 4; octet++) {
            if (octet > 0 && (at == end || array[at++] != '.')) {
                return false;
            }
            int digits = at;
            int value = 0;
            while (at < end && at - digits < 3 && Ascii.isDigit(array[at])) {
                value = value * 10 + array[at++] - '0';
            }
            if (at == digits || value > 255 || at - digits > 1 && array[digits] == '0') {
                return false;
            }
        }
        return at == end;
    }

    /**
     * RFC 3986 section 3.2.3 allows the port to be empty; RFC 9110 section 9.3.6 does not for
     * CONNECT.
     */
    private static boolean isPort(byte[] array, int from, int end, boolean required) {
        int value = 0;
        for (int at = from; at < end; at++) {
            if (!Ascii.isDigit(array[at])) {
                return false;
            }
            value = value * 10 + array[at] - '0';
            if (value > MOST_PORT) {
                return false;
            }
        }
        return from < end || !required;
    }
}
