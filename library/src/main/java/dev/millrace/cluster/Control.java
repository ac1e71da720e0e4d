package dev.millrace.cluster;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.kernel.UnixListenOptions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;

/**
 * What primary and worker tell each other, and two primaries of which one comes in the place of the
 * other, as a text of fields. Texts of the program travel beside them, behind a letter that tells
 * the two apart.
 *
 * <pre>
 *   worker ──▶ primary   LISTEN request kind index address options · CLOSE handle
 *                        DEMAND handle count · FULL handle · READY
 *                        PONG connections requests lag-nanos
 *                        MOVE handle request unread
 *   primary ──▶ worker   FED, SHARED request handle address · FAILED request errno
 *                        CONNECTION handle · PING · LEAVE millis · SHUTDOWN millis
 *                        MOVE handle unread · MOVED request errno
 *                        SIGNALS: the primary looks after those of the terminal
 *   old ──▶ new primary  SOCKET key kind address options · CONTROL address · ALL
 *                        YOURS: it is the primary now · CONNECTION key
 *                        MOVE key request worker unread
 *   new ──▶ old primary  READY · MOVED request errno
 * </pre>
 */
record Control(Verb verb, List<String> fields) {
    enum Verb {
        LISTEN,
        CLOSE,
        DEMAND,
        FULL,
        MOVE,
        MOVED,
        READY,
        PONG,
        FED,
        SHARED,
        FAILED,
        CONNECTION,
        PING,
        LEAVE,
        SHUTDOWN,
        SIGNALS,
        SOCKET,
        CONTROL,
        ALL,
        YOURS
    }

    /** In front of a text of the program. */
    static final char USER = 'u';

    private static final char CONTROL = 'c';

    /** Unit separator: it is in no field. */
    private static final String SEPARATOR = "\u001f";

    static String text(Verb verb, Object... fields) {
        StringBuilder text = new StringBuilder().append(CONTROL).append(verb);
        for (Object field : fields) {
            text.append(SEPARATOR).append(field);
        }
        return text.toString();
    }

    /**
     * Reads a text that is no text of the program.
     *
     * @throws IllegalArgumentException if it is neither
     */
    static Control of(String text) {
        if (text.isEmpty() || text.charAt(0) != CONTROL) {
            throw new IllegalArgumentException("no message between primary and worker: " + text);
        }
        List<String> parts = new ArrayList<>(List.of(text.substring(1).split(SEPARATOR, -1)));
        return new Control(Verb.valueOf(parts.removeFirst()), parts);
    }

    static boolean isUser(String text) {
        return !text.isEmpty() && text.charAt(0) == USER;
    }

    int number(int field) {
        return Integer.parseInt(fields.get(field));
    }

    long longNumber(int field) {
        return Long.parseLong(fields.get(field));
    }

    /** The address in {@code field}. */
    Address address(int field) {
        String text = fields.get(field);
        int cut = text.lastIndexOf(' ');
        return cut < 0
                ? UnixAddress.ofBytes(HexFormat.of().parseHex(text))
                : IpAddress.of(text.substring(0, cut), Integer.parseInt(text.substring(cut + 1)));
    }

    static String text(Address address) {
        return switch (address) {
            case IpAddress ip -> ip.hostText() + " " + ip.port();
            case UnixAddress unix -> HexFormat.of().formatHex(unix.bytes());
        };
    }

    static String text(ListenOptions options) {
        return "%d %b %b %d %d %b"
                .formatted(
                        options.backlog(),
                        options.ipv6Only(),
                        options.reusePort(),
                        options.acceptsPerWakeUp(),
                        options.unix().mode().orElse(-1),
                        options.unix().takeOverStale());
    }

    /** The options in {@code field}. */
    ListenOptions options(int field) {
        String[] parts = fields.get(field).split(" ");
        int mode = Integer.parseInt(parts[4]);
        UnixListenOptions unix =
                new UnixListenOptions(
                        mode < 0 ? OptionalInt.empty() : OptionalInt.of(mode),
                        Boolean.parseBoolean(parts[5]));
        return ListenOptions.DEFAULTS
                .withBacklog(Integer.parseInt(parts[0]))
                .withIpv6Only(Boolean.parseBoolean(parts[1]))
                .withReusePort(Boolean.parseBoolean(parts[2]))
                .withAcceptsPerWakeUp(Integer.parseInt(parts[3]))
                .withUnix(unix);
    }
}
