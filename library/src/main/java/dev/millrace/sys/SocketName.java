package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A {@code struct sockaddr} as plain values: what bind, connect, getsockname and getpeername speak.
 *
 * <pre>
 * struct sockaddr_in  { sa_family_t sin_family;  in_port_t sin_port;  uint32_t sin_addr; };
 * struct sockaddr_in6 { sa_family_t sin6_family; in_port_t sin6_port; uint32_t sin6_flowinfo;
 *                       uint8_t sin6_addr[16];   uint32_t sin6_scope_id; };
 * struct sockaddr_un  { sa_family_t sun_family;  char sun_path[108]; };
 * </pre>
 *
 * @param family {@link Linux#AF_INET}, {@link Linux#AF_INET6} or {@link Linux#AF_UNIX}
 * @param bytes the host's 4 or 16 bytes; for AF_UNIX the path, whose first byte is NUL for an
 *     abstract name (unix(7)); empty for an unnamed Unix socket
 * @param port in host order; 0 for AF_UNIX
 * @param scope the IPv6 scope id, otherwise 0
 */
public record SocketName(int family, byte[] bytes, int port, int scope) {
    /**
     * The size of {@code sun_path}; a path needs room for its final NUL, an abstract name does not.
     */
    public static final int PATH_MAX_BYTES = 108;

    static final int MAX_BYTES = 128;

    /** {@code in_port_t} is in network byte order. */
    private static final ValueLayout.OfShort IN_PORT_T = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    /** Writes the C struct and returns its length. */
    int store(MemorySegment target) {
        target.set(JAVA_SHORT, 0, (short) family);
        if (family == Linux.AF_UNIX) {
            MemorySegment.copy(bytes, 0, target, JAVA_BYTE, 2, bytes.length);
            if (isPath()) {
                target.set(JAVA_BYTE, 2L + bytes.length, (byte) 0);
                return 2 + bytes.length + 1;
            }
            return 2 + bytes.length;
        }
        target.set(IN_PORT_T, 2, (short) port);
        if (family == Linux.AF_INET) {
            MemorySegment.copy(bytes, 0, target, JAVA_BYTE, 4, 4);
            target.asSlice(8, 8).fill((byte) 0);
            return 16;
        }
        target.set(JAVA_INT, 4, 0);
        MemorySegment.copy(bytes, 0, target, JAVA_BYTE, 8, 16);
        target.set(JAVA_INT, 24, scope);
        return 28;
    }

    private boolean isPath() {
        return bytes.length > 0 && bytes[0] != 0;
    }

    static SocketName load(MemorySegment source, int length) {
        int family = source.get(JAVA_SHORT, 0);
        return switch (family) {
            case Linux.AF_INET -> new SocketName(family, copy(source, 4, 4), port(source), 0);
            case Linux.AF_INET6 ->
                    new SocketName(
                            family, copy(source, 8, 16), port(source), source.get(JAVA_INT, 24));
            default -> new SocketName(family, unixPath(source, length), 0, 0);
        };
    }

    private static byte[] unixPath(MemorySegment source, int length) {
        int count = Math.max(0, length - 2);
        if (count > 0 && source.get(JAVA_BYTE, 2) != 0) {
            // A path: the kernel's length may or may not count the final NUL.
            int end = 0;
            while (end < count && source.get(JAVA_BYTE, 2L + end) != 0) {
                end++;
            }
            count = end;
        }
        return copy(source, 2, count);
    }

    private static int port(MemorySegment source) {
        return Short.toUnsignedInt(source.get(IN_PORT_T, 2));
    }

    private static byte[] copy(MemorySegment source, long offset, int count) {
        return source.asSlice(offset, count).toArray(JAVA_BYTE);
    }
}
