import module dev.millrace;

// A server that tells its load at SIGUSR1 and ends gracefully at SIGTERM or Ctrl-C; the second
// Ctrl-C ends it at once. Try: kill -USR1 PID
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7005;
    Loop.run(loop -> {
        var server = NetServer.create(loop, socket -> socket.pipeTo(socket));
        server.onListening(() -> IO.println("echo on " + server.address().orElseThrow()));
        server.listen(port, "127.0.0.1");

        loop.onSignal("USR1", name -> IO.println(server.connectionCount() + " connections"));
        for (var name : List.of("TERM", "INT")) {
            var signal = new SignalHandle(loop);
            // Once: then the signal has its usual effect again.
            signal.startOnce(name, got -> {
                IO.println(got + ": no new connections");
                server.close();
            });
            signal.unref();
        }
    });
}
