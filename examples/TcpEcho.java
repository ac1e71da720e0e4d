import module dev.millrace;

// Sends every byte back. Try: nc 127.0.0.1 7000
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7000;
    Loop.run(loop -> {
        var server = NetServer.create(loop, socket -> socket.pipeTo(socket));
        server.onListening(() -> IO.println("echo on " + server.address().orElseThrow()));
        server.listen(port, "127.0.0.1");
    });
}
