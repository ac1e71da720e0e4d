import module dev.millrace;

// Echo again, with a line for everything the loop passes through while it serves one connection;
// it ends with that connection. Try: echo hello | nc -N 127.0.0.1 7001
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7001;
    Loop.run(loop -> {
        for (var phase : List.of(PhaseHandle.Phase.PREPARE, PhaseHandle.Phase.CHECK)) {
            var handle = new PhaseHandle(loop, phase);
            handle.start(() -> IO.println(phase));
            handle.unref();
        }
        var server = NetServer.create(loop, socket -> {
            IO.println("connection");
            log(loop);
            socket.onData(socket::write).onClose(() -> {
                IO.println("closed");
                loop.stop();
            });
        });
        server.onListening(() -> IO.println("echo on " + server.address().orElseThrow()));
        server.listen(port, "127.0.0.1");
    });
}

void log(Loop loop) {
    loop.setTimeout(Duration.ZERO, () -> IO.println("timeout"));
    loop.setImmediate(() -> IO.println("immediate"));
    loop.nextTick(() -> IO.println("nextTick"));
    // While an idle handle is active the loop does not wait, so this one stops after one turn.
    var idle = new PhaseHandle(loop, PhaseHandle.Phase.IDLE);
    idle.start(() -> {
        IO.println(PhaseHandle.Phase.IDLE);
        idle.close();
    });
}
