import module dev.millrace;

// What the build runs through the source launcher to make the start-up cache of `millrace run`: a
// server and a client of each kind, once, on one loop.
void main() {
    Loop.run(loop -> {
        var http = HttpServer.create(loop, (request, response) -> response.end("hello\n"));
        http.onListening(() -> ask(loop, http)).listen(0, "127.0.0.1");
        var echo = NetServer.create(loop, socket -> socket.pipeTo(socket));
        echo.onListening(() -> say(loop, echo)).listen(0, "127.0.0.1");
        loop.setTimeout(Duration.ofMillis(1), () -> loop.setImmediate(() -> IO.println("timers")));
    });
}

void ask(Loop loop, HttpServer server) {
    var client = NetSocket.connect(loop, server.port(), "127.0.0.1");
    client.onData(bytes -> {
        IO.println(StandardCharsets.UTF_8.decode(bytes));
        client.end();
        server.close();
    });
    client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

void say(Loop loop, NetServer server) {
    var client = NetSocket.connect(loop, server.port(), "127.0.0.1");
    client.onData(bytes -> {
        client.end();
        server.close();
    });
    client.write("ping");
}
