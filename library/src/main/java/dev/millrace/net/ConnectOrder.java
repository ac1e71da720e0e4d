package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** In which order the addresses of a name are tried (RFC 8305 section 4). */
final class ConnectOrder {
    private static final String IPV4 = "IPv4";
    private static final String IPV6 = "IPv6";

    private ConnectOrder() {}

    /**
     * Of {@code found} those that {@code options} have use for, by turns of their families, each
     * family in the resolver's order; maybe none.
     */
    static List<Address> of(List<Address> found, NetSocketOptions options) {
        AddressFamily wanted = options.names().family();
        List<Address> four = wanted == AddressFamily.IPV6 ? List.of() : only(found, IPV4);
        List<Address> six = wanted == AddressFamily.IPV4 ? List.of() : only(found, IPV6);
        // A socket bound to one family can't reach the other. Where that leaves nothing, all are
        // tried, and bind's error tells the contradiction.
        String local = options.local().map(Address::family).orElse("");
        if (local.equals(IPV4) && !four.isEmpty()) {
            six = List.of();
        } else if (local.equals(IPV6) && !six.isEmpty()) {
            four = List.of();
        }
        return wanted == AddressFamily.IPV4_FIRST ? byTurns(four, six) : byTurns(six, four);
    }

    private static List<Address> only(List<Address> found, String family) {
        return found.stream().filter(one -> one.family().equals(family)).toList();
    }

    private static List<Address> byTurns(List<Address> first, List<Address> second) {
        LinkedHashSet<Address> order = new LinkedHashSet<>();
        for (int at = 0; at < Math.max(first.size(), second.size()); at++) {
            first.stream().skip(at).limit(1).forEach(order::add);
            second.stream().skip(at).limit(1).forEach(order::add);
        }
        List<Address> tried = new ArrayList<>(order);
        return tried.subList(0, Math.min(tried.size(), NameOptions.ADDRESSES_MAX));
    }

    /** Whether attempts can be under way at the same time: one local port is not there twice. */
    static boolean isParallel(NetSocketOptions options) {
        return options.local()
                .filter(local -> local instanceof IpAddress ip && ip.port() != 0)
                .isEmpty();
    }
}
