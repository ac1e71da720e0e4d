package dev.millrace.loop;

/** What not every driver can do. Asking for one that is missing gives one clear error. */
public enum Capability {
    /** Send and receive open descriptors over a Unix socket. */
    PASS_DESCRIPTORS,
    /** Unix sockets with abstract names. */
    ABSTRACT_NAMES,
    /** One listening description in several loops. */
    SHARED_LISTENERS,
    /** Refusing IPv4 peers on an IPv6 socket, or accepting them. */
    IPV6_ONLY
}
