import module dev.millrace;

// Echo on a Unix socket. A name that begins with @ is an abstract one: no file, nothing to remove.
// Try: socat - ABSTRACT-CONNECT:millrace-echo
void main(String[] args) {
    Loop.run(loop -> {
        // The driver nio has no abstract names.
        var usual = loop.driverName().equals("epoll") ? "@millrace-echo" : "/tmp/millrace-echo.sock";
        var path = args.length > 0 ? args[0] : usual;
        var server = NetServer.create(loop, socket -> socket.pipeTo(socket));
        server.onListening(() -> IO.println("echo on " + server.address().orElseThrow()));
        server.listen(path);
    });
}
