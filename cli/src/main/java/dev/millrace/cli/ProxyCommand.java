package dev.millrace.cli;

import java.util.List;
import java.util.Optional;

/** {@code millrace proxy}: connections of one address carried to another, TCP or Unix. */
final class ProxyCommand implements ServerCommand {
    private static final String LISTEN = "LISTEN";
    private static final String TARGET = "TARGET";

    @Override
    public String name() {
        return "proxy";
    }

    @Override
    public String summary() {
        return "carry connections to another address, TCP or Unix";
    }

    @Override
    public String operand() {
        return LISTEN + " " + TARGET;
    }

    @Override
    public int operandsMax() {
        return 2;
    }

    @Override
    public List<Option> options() {
        return ProxySettings.options();
    }

    @Override
    public String notes() {
        return """
        LISTEN and TARGET are tcp://HOST:PORT, tls://HOST:PORT, unix:PATH, or unix:@NAME for an
        abstract socket:
        millrace proxy tcp://127.0.0.1:9000 unix:/run/app.sock
        A tls:// TARGET speaks TLS, and its name is verified. Clients speak TLS when there is a
        certificate: --tls-cert for a tcp:// or a tls:// LISTEN.
        A name as TARGET is looked up for each connection, and every address of it is tried.
        The end of one side is passed on as an end, and the other side goes on. What breaks off is
        passed on as a reset, and so is a TARGET that can't be reached, or an idle time that is over;
        a Unix socket knows no reset, its peer sees an end. A connection beyond the limit is closed
        at once. On a terminal a line a second says what is carried.
        --send-proxy tells TARGET the client's address by a header of the PROXY protocol.
        PEERS are the balancers whose connections begin with one: 10.0.0.7,10.1.0.0/16 or unix.
        All others are refused.
        TIME is 500ms, 5s, 2m, 1h, or a number of seconds; 0 for no limit.
        """;
    }

    private static Optional<ServerTls> tls(Arguments arguments, Endpoint listen) {
        String host =
                switch (listen) {
                    case Endpoint.Tcp tcp -> tcp.host();
                    case Endpoint.Tls(Endpoint.Tcp tcp) -> tcp.host();
                    case Endpoint.Unix unix -> ServerOptions.DEFAULT_HOST;
                };
        Optional<ServerTls> tls = ServerTls.read(arguments, host);
        if (listen instanceof Endpoint.Tls && tls.isEmpty()) {
            throw new UsageError(
                    LISTEN
                            + " "
                            + listen
                            + " needs a certificate; name it with "
                            + ServerTls.CERTIFICATE);
        }
        return tls;
    }

    @Override
    public ServerRun prepare(Arguments arguments) {
        List<String> operands = arguments.operands();
        if (operands.size() < 2) {
            throw new UsageError(
                    "proxy needs LISTEN and TARGET, tcp://127.0.0.1:9000 unix:/run/app.sock for"
                            + " instance; see: millrace help proxy");
        }
        Endpoint listen = Endpoint.parseSecure(LISTEN, operands.getFirst(), 0);
        Endpoint target = Endpoint.parseSecure(TARGET, operands.getLast(), 1);
        if (listen.equals(target)) {
            throw new UsageError(
                    "TARGET " + target + " is LISTEN as well; name the server behind the proxy");
        }
        Optional<ServerTls> tls = tls(arguments, listen);
        ProxySettings settings = ProxySettings.read(arguments, target, tls);
        ProxyStatistics statistics = new ProxyStatistics(ProxyStatistics.isTerminal());
        return new ServerRun(
                        tls.isPresent() ? "tls" : "tcp",
                        ServerOptions.at(listen.toListen(), arguments),
                        loop -> new ProxyService(loop, settings, statistics))
                .reloading(tls);
    }
}
