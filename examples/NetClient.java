import module dev.millrace;

// Says something to a server and prints what comes back. Try: TcpEcho, then this.
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7000;
    String words = args.length > 1 ? args[1] : "hello";
    Loop.run(loop -> {
        var socket = NetSocket.connect(loop, port, "127.0.0.1");
        socket.onConnect(() -> IO.println("connected to " + socket.remoteAddress().orElseThrow()))
                .onData(bytes -> IO.print(StandardCharsets.UTF_8.decode(bytes)))
                .onEnd(() -> IO.println("\nthe server has ended"))
                .onError(error -> IO.println(error.getMessage()));
        socket.end(words);
    });
}
