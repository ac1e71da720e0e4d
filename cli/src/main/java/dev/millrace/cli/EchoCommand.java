package dev.millrace.cli;

import dev.millrace.net.NetServerOptions;
import java.util.List;
import java.util.Optional;

/** {@code millrace echo}: every byte back, over TCP or a Unix socket. */
final class EchoCommand implements ServerCommand {
    private static final int DEFAULT_PORT = 7000;

    @Override
    public String name() {
        return "echo";
    }

    @Override
    public String summary() {
        return "send every byte back, over TCP or a Unix socket";
    }

    @Override
    public List<Option> options() {
        return ServerOptions.options(DEFAULT_PORT);
    }

    @Override
    public ServerRun prepare(Arguments arguments) {
        ServerOptions where = ServerOptions.read(arguments, DEFAULT_PORT);
        Optional<ServerTls> tls = ServerTls.read(arguments, ServerOptions.host(arguments));
        NetServerOptions how =
                tls.map(one -> NetServerOptions.DEFAULTS.withTls(one.load()))
                        .orElse(NetServerOptions.DEFAULTS);
        return new ServerRun(
                        tls.isPresent() ? "tls" : "tcp", where, loop -> new EchoService(loop, how))
                .reloading(tls);
    }
}
