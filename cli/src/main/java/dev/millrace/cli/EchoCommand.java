package dev.millrace.cli;

import java.util.List;

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
        return new ServerRun("tcp", ServerOptions.read(arguments, DEFAULT_PORT), EchoService::new);
    }
}
