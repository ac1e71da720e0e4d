import module dev.millrace;

// Echo on a Unix socket. A name that begins with @ is an abstract one: no file, nothing to remove.
// Try: socat - ABSTRACT-CONNECT:millrace-echo
void main(String[] args) {
    String path = args.length > 0 ? args[0] : "@millrace-echo";
    Loop.run(loop -> {
        var server = NetServer.create(loop, socket -> socket.pipeTo(socket));
        server.onListening(() -> IO.println("echo on " + server.address().orElseThrow()));
        server.listen(path);
    });
}
