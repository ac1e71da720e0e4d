import module dev.millrace;

// What HTTP is underneath: text on a socket. For looking at, not for serving: it reads no body and
// trusts whoever calls. Try: curl -i http://127.0.0.1:8081/
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8081;
    Loop.run(loop -> {
        var server = NetServer.create(loop, this::serve);
        server.onListening(() -> IO.println("http://127.0.0.1:" + server.port()));
        server.listen(port, "127.0.0.1");
    });
}

void serve(NetSocket socket) {
    var head = new StringBuilder();
    socket.onData(bytes -> {
        head.append(StandardCharsets.ISO_8859_1.decode(bytes));
        if (head.indexOf("\r\n\r\n") >= 0) {
            String body = "You said: " + head.substring(0, head.indexOf("\r\n")) + "\n";
            socket.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n");
            socket.end(body);
        } else if (head.length() > 8192) {
            socket.end("HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\n\r\n");
        }
    });
}
