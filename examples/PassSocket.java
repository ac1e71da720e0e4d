import module dev.millrace;

// Accepts on a port, and passes each connection after its first line to another process, which answers the rest.
// Start that one first: ./millrace run examples/PassSocket.java answer
void main(String[] args) {
    var path = args.length > 1 ? args[1] : "/tmp/millrace-pass.sock";
    int port = args.length > 2 ? Integer.parseInt(args[2]) : 7005;
    Loop.run(loop -> {
        if (args.length > 0 && args[0].equals("answer")) {
            NetServer.create(loop, peer -> MessageChannel.on(peer).onMessage(message -> answer(message)))
                    .listen(UnixAddress.of(path), ListenOptions.DEFAULTS.withUnix(
                            UnixListenOptions.DEFAULTS.withTakeOverStale(true)))
                    .onListening(() -> IO.println("answers at " + path));
        } else {
            var channel = MessageChannel.connect(loop, UnixAddress.of(path));
            var server = NetServer.create(loop, socket -> socket.onFrames(Framing.lines(1024), line ->
                    channel.send(line, List.of(Passable.of(socket)), error -> {
                        if (error != null) {
                            socket.end("nobody answers: " + error.getMessage() + "\n");
                        }
                    })));
            server.onListening(() -> IO.println("accepts on " + server.address().orElseThrow())).listen(port);
        }
    });
}

static void answer(Message message) {
    for (var passed : message.take()) {
        if (passed instanceof Passable.Connection(var socket)) {
            socket.write(message.text() + ", says process " + ProcessHandle.current().pid() + "\n");
            socket.pipeTo(socket);
        }
    }
}
