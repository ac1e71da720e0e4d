package dev.millrace.net;

/**
 * Which addresses of a name are tried, and of which kind the first one is.
 *
 * {@snippet class="dev.millrace.net.ConnectExamplesTest" region="family"}
 */
public enum AddressFamily {
    /** Both by turns, IPv6 first (RFC 8305 section 4). */
    ANY,
    /** Both by turns, IPv4 first. */
    IPV4_FIRST,
    /** IPv4 alone. */
    IPV4,
    /** IPv6 alone. */
    IPV6
}
