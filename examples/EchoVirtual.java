import module dev.millrace;

// A virtual thread for each connection, with plain blocking code: sends every line back, in capitals.
// A client that is silent for a minute is sent away. Try: nc 127.0.0.1 7006
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7006;
    Loop.run(loop -> {
        var server = NetServer.create(loop, BlockingSocket.onVirtualThreads(this::serve));
        server.listen(port, "127.0.0.1")
                .listening()
                .thenAccept(ready -> IO.println("echo on " + ready.address().orElseThrow()));
    });
}

void serve(BlockingSocket socket) throws IOException {
    socket.readTimeout(Duration.ofMinutes(1));
    var lines = new BufferedReader(new InputStreamReader(socket.inputStream()));
    var out = new PrintWriter(socket.outputStream(), true);
    try {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(line.toUpperCase(Locale.ROOT));
        }
    } catch (SocketTimeoutException e) {
        out.println("bye");
    }
}
