import module dev.millrace;

// A Unix socket as a service has it: for its owner and group alone, taken over after a crash, with a limit.
// Try: socat - UNIX-CONNECT:/tmp/millrace-service.sock   and kill -9 followed by a restart.
void main(String[] args) {
    String path = args.length > 0 ? args[0] : "/tmp/millrace-service.sock";
    var file = UnixListenOptions.DEFAULTS.withMode(0660).withTakeOverStale(true);
    var limits = NetServerOptions.DEFAULTS.withMaxConnections(100);
    Loop.run(loop -> {
        var server = NetServer.create(loop, limits, socket -> socket.end("hello\n"));
        server.onDrop(drop -> IO.println("full: one was turned away"));
        server.onAcceptError(report -> IO.println(report));
        server.onListening(() -> IO.println("service on " + server.address().orElseThrow()));
        server.listen(UnixAddress.of(path), ListenOptions.DEFAULTS.withUnix(file));
    });
}
