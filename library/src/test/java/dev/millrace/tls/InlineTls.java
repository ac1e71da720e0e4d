package dev.millrace.tls;

import dev.millrace.loop.Loop;
import dev.millrace.stream.Filter;

/** Ends of TLS that calculate on the loop, for kernels whose time is made up. */
public final class InlineTls {
    private InlineTls() {}

    public static Filter server(Loop loop) {
        return TlsConnection.server(loop, TestCertificates.server(), Runnable::run).filter();
    }

    public static Filter client(Loop loop) {
        TlsOptions options = TestCertificates.client();
        return TlsConnection.client(loop, options, "localhost", 1, Runnable::run).filter();
    }
}
