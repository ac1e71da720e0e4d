import module dev.millrace;

// The smallest HTTP server. Try: curl -i http://127.0.0.1:8080/
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
    Loop.run(loop -> {
        var server = HttpServer.create(loop, (request, response) ->
                response.header("Content-Type", "text/plain").end("Hello World\n"));
        server.onListening(() -> IO.println("http://127.0.0.1:" + server.port()));
        server.listen(port, "127.0.0.1");
    });
}
