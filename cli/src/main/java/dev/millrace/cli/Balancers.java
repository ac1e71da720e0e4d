package dev.millrace.cli;

import dev.millrace.net.ProxyProtocol;
import java.util.Arrays;
import java.util.Optional;

/** The option that names the balancers in front of a server. */
final class Balancers {
    private static final String PROXY_PROTOCOL = "--proxy-protocol";

    private Balancers() {}

    static Option option() {
        return new Option(PROXY_PROTOCOL, "PEERS", "balancers that send its header; no others");
    }

    static Optional<ProxyProtocol> read(Arguments arguments) {
        return arguments.text(PROXY_PROTOCOL).map(Balancers::protocol);
    }

    private static ProxyProtocol protocol(String peers) {
        try {
            String[] rules =
                    Arrays.stream(peers.split(",", -1)).map(String::strip).toArray(String[]::new);
            return ProxyProtocol.required(rules);
        } catch (IllegalArgumentException e) {
            throw new UsageError(
                    PROXY_PROTOCOL
                            + " "
                            + peers
                            + ": name balancers with commas between them, 10.0.0.7,10.1.0.0/16 or"
                            + " unix");
        }
    }
}
