package dev.millrace.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Which multicast group to join or to leave, for IPv4 and IPv6 alike (RFC 3678 section 5).
 *
 * <pre>
 * struct group_req        { uint32_t gr_interface;  struct sockaddr_storage gr_group; };
 * struct group_source_req { uint32_t gsr_interface; struct sockaddr_storage gsr_group, gsr_source; };
 * // sockaddr_storage has 128 bytes, aligned to 8
 * </pre>
 *
 * @param interfaceIndex the interface, or 0 for the kernel's choice
 * @param group the group
 * @param source the one sender to hear, or null for every sender
 */
public record GroupRequest(int interfaceIndex, SocketName group, @Nullable SocketName source) {
    private static final int GROUP_OFFSET = 8;
    private static final int SOURCE_OFFSET = GROUP_OFFSET + SocketName.MAX_BYTES;

    /** Writes the C struct and returns its length. */
    int store(MemorySegment target) {
        target.set(JAVA_LONG, 0, 0);
        target.set(JAVA_INT, 0, interfaceIndex);
        group.store(target.asSlice(GROUP_OFFSET, SocketName.MAX_BYTES));
        if (source == null) {
            return SOURCE_OFFSET;
        }
        source.store(target.asSlice(SOURCE_OFFSET, SocketName.MAX_BYTES));
        return SOURCE_OFFSET + SocketName.MAX_BYTES;
    }

    /** The protocol whose option it is: the group's. */
    int level() {
        return group.family() == Linux.AF_INET6 ? Linux.IPPROTO_IPV6 : Linux.IPPROTO_IP;
    }

    /** The option that does it. */
    int option(boolean isJoining) {
        if (source == null) {
            return isJoining ? Linux.MCAST_JOIN_GROUP : Linux.MCAST_LEAVE_GROUP;
        }
        return isJoining ? Linux.MCAST_JOIN_SOURCE_GROUP : Linux.MCAST_LEAVE_SOURCE_GROUP;
    }
}
