package dev.millrace.proxyprotocol;

import java.io.IOException;

/**
 * The bytes of a connection do not begin with a header of the PROXY protocol, or with a wrong one.
 */
public final class ProxyHeaderException extends IOException {
    private static final long serialVersionUID = 1;

    ProxyHeaderException(String message) {
        super("PROXY protocol: " + message);
    }
}
