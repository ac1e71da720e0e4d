package dev.millrace.kernel;

/** An integer option of a socket, under its man page's name; {@code TCP_} times are seconds. */
public enum KernelOption {
    NO_DELAY,
    KEEP_ALIVE,
    TCP_KEEPIDLE,
    TCP_KEEPINTVL,
    TCP_KEEPCNT,
    REUSE_ADDRESS,
    REUSE_PORT,
    IPV6_ONLY,
    RECEIVE_BUFFER_BYTES,
    SEND_BUFFER_BYTES,
    BROADCAST,
    TTL,
    MULTICAST_TTL,
    MULTICAST_LOOP,
    /** The process at the other end of a Unix socket; it can be asked alone. */
    PEER_PID,
    /** The user of the process at the other end of a Unix socket; it can be asked alone. */
    PEER_UID
}
