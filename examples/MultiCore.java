import module dev.millrace;

// An HTTP server with one loop for each processor. Try: curl 127.0.0.1:8084, several times
void main(String[] args) throws InterruptedException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8084;
    int count = args.length > 1 ? Integer.parseInt(args[1]) : Runtime.getRuntime().availableProcessors();
    var number = new AtomicInteger();
    LoopGroup.start(count, loop -> {
        int own = number.incrementAndGet();
        var server = HttpServer.create(loop, (request, response) -> response.end("loop " + own + "\n"));
        if (own == 1) {
            server.onListening(() -> IO.println(count + " loops on http://127.0.0.1:" + server.port()));
        }
        server.listen(port, "127.0.0.1");
    }).join();
}
