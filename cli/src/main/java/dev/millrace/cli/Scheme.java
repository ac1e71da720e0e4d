package dev.millrace.cli;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import java.util.Optional;

/**
 * What is in front of an address in the start line.
 *
 * @param usual of all addresses but one
 * @param redirect the address where plain HTTP is led elsewhere
 */
record Scheme(String usual, Optional<IpAddress> redirect) {
    static Scheme of(String usual) {
        return new Scheme(usual, Optional.empty());
    }

    String of(Address address) {
        return RedirectPort.is(redirect, address) ? "http" : usual;
    }
}
