package dev.millrace.kernel;

/**
 * Where a socket listens or whom it talks to; {@code toString} is what error messages show.
 *
 * {@snippet class="dev.millrace.kernel.KernelExamplesTest" region="address"}
 */
public sealed interface Address permits IpAddress, UnixAddress {
    /** {@code IPv4}, {@code IPv6} or {@code Unix}: a socket is made for one of them. */
    String family();
}
