package dev.millrace.net;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that a server does not serve, and that a program does not connect to, as Node's {@code
 * net.BlockList}. A rule is a text:
 *
 * <ul>
 *   <li>{@code 192.0.2.7} or {@code 2001:db8::7}: one address,
 *   <li>{@code 192.0.2.0/24} or {@code 2001:db8::/32}: a subnet (RFC 4632, RFC 4291),
 *   <li>{@code 192.0.2.10-192.0.2.19}: a range, both ends included.
 * </ul>
 *
 * An IPv4 address that is mapped into IPv6 ({@code ::ffff:192.0.2.7}) counts as the IPv4 one, and a
 * rule for IPv6 says nothing of IPv4. A scope id does not count. Unix sockets are in no list.
 *
 * <p>Any thread may use and change it. A change counts from the next connection; those that are
 * open stay.
 *
 * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="blockList"}
 */
public final class BlockList {
    /** That of the defaults, which all programs of the process share: it stays empty. */
    static final BlockList NONE = new BlockList(true);

    private final boolean isFixed;

    /** The rules as they were written, in their order. */
    private final Map<String, Span> rules = new LinkedHashMap<>();

    /**
     * What they cover, by start, without overlaps; null after a change. Read without the lock: all
     * loops look at the list of the defaults for each connection.
     */
    private volatile Span @Nullable [] spans = {};

    /** Everything from one address to another, of one family. */
    private record Span(byte[] from, byte[] to) {
        boolean isOfFamilyOf(Span other) {
            return from.length == other.from.length;
        }
    }

    /** A list without rules. */
    public BlockList() {
        this(false);
    }

    private BlockList(boolean isFixed) {
        this.isFixed = isFixed;
    }

    /**
     * A list with {@code rules}.
     *
     * @throws IllegalArgumentException if one is no rule; the message names it and the remedy
     */
    public static BlockList of(String... rules) {
        BlockList list = new BlockList();
        for (String rule : rules) {
            list.add(rule);
        }
        return list;
    }

    /**
     * Adds {@code rule}; one that is there already stays where it is.
     *
     * @throws IllegalArgumentException if it is no rule; the message names it and the remedy
     * @throws UnsupportedOperationException if it is the list of the default options
     */
    public BlockList add(String rule) {
        if (isFixed) {
            throw new UnsupportedOperationException(
                    "this is the list of the default options: make another one, new BlockList()");
        }
        Span span = parse(rule);
        synchronized (this) {
            rules.putIfAbsent(rule, span);
            spans = null;
        }
        return this;
    }

    /** Removes {@code rule}, as it was written; false if it is not there. */
    public synchronized boolean remove(String rule) {
        spans = null;
        return rules.remove(rule) != null;
    }

    /** The rules as they were written, in the order in which they came. */
    public synchronized List<String> rules() {
        return List.copyOf(rules.keySet());
    }

    boolean isEmpty() {
        return sorted().length == 0;
    }

    /** Whether a rule covers {@code address}; its port does not count. */
    public boolean contains(Address address) {
        if (!(address instanceof IpAddress ip)) {
            return false;
        }
        byte[] host = ip.host().getAddress();
        Span[] sorted = sorted();
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compare(sorted[middle].from, host) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low > 0
                && sorted[low - 1].from.length == host.length
                && compare(sorted[low - 1].to, host) >= 0;
    }

    /** IPv4 before IPv6, then by value. */
    private static int compare(byte[] a, byte[] b) {
        return a.length == b.length ? Arrays.compareUnsigned(a, b) : a.length - b.length;
    }

    private Span[] sorted() {
        Span[] known = spans;
        return known == null ? sortedAnew() : known;
    }

    private synchronized Span[] sortedAnew() {
        Span[] sorted = merged(rules.values());
        spans = sorted;
        return sorted;
    }

    private static Span[] merged(Iterable<Span> rules) {
        List<Span> byStart = new ArrayList<>();
        rules.forEach(byStart::add);
        byStart.sort((a, b) -> compare(a.from, b.from));
        List<Span> apart = new ArrayList<>();
        for (Span next : byStart) {
            Span last = apart.isEmpty() ? null : apart.getLast();
            if (last == null || !last.isOfFamilyOf(next) || compare(last.to, next.from) < 0) {
                apart.add(next);
            } else if (compare(last.to, next.to) < 0) {
                apart.set(apart.size() - 1, new Span(last.from, next.to));
            }
        }
        return apart.toArray(Span[]::new);
    }

    private static Span parse(String rule) {
        Objects.requireNonNull(rule, "rule");
        int slash = rule.indexOf('/');
        int dash = rule.indexOf('-');
        try {
            if (slash >= 0) {
                byte[] net = host(rule.substring(0, slash));
                return subnet(net, Integer.parseInt(rule.substring(slash + 1)));
            }
            byte[] from = host(dash < 0 ? rule : rule.substring(0, dash));
            byte[] to = dash < 0 ? from : host(rule.substring(dash + 1));
            if (from.length != to.length || compare(from, to) > 0) {
                throw new IllegalArgumentException("its end is not behind its start");
            }
            return new Span(from, to);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "no rule of a block list: "
                            + rule
                            + " ("
                            + e.getMessage()
                            + "): use 192.0.2.7, 192.0.2.0/24, 192.0.2.10-192.0.2.19, or the same"
                            + " of IPv6",
                    e);
        }
    }

    private static byte[] host(String literal) {
        return IpAddress.of(literal.strip(), 0).host().getAddress();
    }

    /** Bits of {@code net} behind the prefix do not count, as with every router. */
    private static Span subnet(byte[] net, int prefix) {
        int bits = 8 * net.length;
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("a prefix has 0 to " + bits + " bits");
        }
        byte[] from = net.clone();
        byte[] to = net.clone();
        for (int bit = prefix; bit < bits; bit++) {
            int mask = 0x80 >>> (bit & 7);
            from[bit >> 3] &= (byte) ~mask;
            to[bit >> 3] |= (byte) mask;
        }
        return new Span(from, to);
    }

    /** {@code BlockList[192.0.2.0/24, 2001:db8::7]}. */
    @Override
    public String toString() {
        return "BlockList" + rules();
    }
}
