import module dev.millrace;

// A dialogue in plain blocking code, on a virtual thread for each connection: a name, three sums, a mark.
// Who is silent for a minute is cut off. Try: nc 127.0.0.1 7017
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7017;
    Loop.run(loop -> {
        var server = NetServer.create(loop, BlockingSocket.onVirtualThreads(this::serve));
        server.listen(port, "127.0.0.1")
                .listening()
                .thenAccept(ready -> IO.println("quiz on " + ready.address().orElseThrow()));
    });
}

void serve(BlockingSocket socket) throws IOException {
    socket.readTimeout(Duration.ofMinutes(1));
    var lines = new BufferedReader(new InputStreamReader(socket.inputStream()));
    var out = new PrintWriter(socket.outputStream());
    String name = ask(lines, out, "your name? ");
    int right = 0;
    for (int[] sum : new int[][] {{3, 4}, {12, 30}, {7, 6}}) {
        String answer = ask(lines, out, sum[0] + " + " + sum[1] + " = ");
        right += answer.equals("" + (sum[0] + sum[1])) ? 1 : 0;
    }
    out.printf("%s: %d of 3%n", name, right).flush();
}

/** The answer, which is empty when the client has left. */
String ask(BufferedReader lines, PrintWriter out, String question) throws IOException {
    out.print(question);
    out.flush();
    return Objects.requireNonNullElse(lines.readLine(), "").strip();
}
