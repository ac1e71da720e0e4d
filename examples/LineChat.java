import module dev.millrace;

// Every line that somebody sends goes to everybody else. A line over 200 bytes, or one that is no
// UTF-8, ends its sender's connection. Try, twice: nc 127.0.0.1 7004
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7004;
    var lines = Framing.lines(200);
    var room = new LinkedHashMap<NetSocket, String>();
    Loop.run(loop -> {
        var server = NetServer.create(loop, socket -> {
            var name = "guest " + socket.remoteAddress().orElseThrow();
            room.put(socket, name);
            socket.onFrames(lines, line -> room.forEach((other, guest) -> {
                // Who does not read misses what is said meanwhile, and costs no memory.
                if (other != socket && other.queuedBytes() < 64 * 1024) {
                    other.write(name + ": " + line + "\n");
                }
            }));
            socket.onError(error -> IO.println(name + ": " + error.getMessage()));
            socket.onClose(() -> room.remove(socket));
        });
        server.onListening(() -> IO.println("chat on " + server.address().orElseThrow()));
        server.listen(port, "127.0.0.1");
    });
}
