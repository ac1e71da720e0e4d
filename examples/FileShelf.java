import module dev.millrace;

// A folder that files are put into and got from. Try: curl -T README.md 127.0.0.1:8082/copy.md
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8082;
    var folder = Path.of(args.length > 1 ? args[1] : ".").toAbsolutePath();
    Loop.run(loop -> {
        var server = HttpServer.create(loop, (request, response) -> {
            var name = request.path().substring(1);
            if (!name.matches("\\w[\\w.-]*")) {
                response.status(400).end("a name of letters, digits, dots and dashes\n");
            } else if (request.method().equals("PUT")) {
                request.pipelineTo(FileOutput.create(loop, folder.resolve(name)))
                        .onFinish(() -> response.status(201).end("stored\n"))
                        .onError(error -> response.fail(507, error));
            } else {
                var file = FileInput.open(loop, folder.resolve(name));
                file.onOpen(() -> response.header("Content-Length", "" + file.length().orElseThrow()))
                        .onError(error -> response.fail(404, error))
                        .pipelineTo(response);
            }
        });
        server.onListening(() -> IO.println(folder + " on http://127.0.0.1:" + server.port()));
        server.listen(port, "127.0.0.1");
    });
}
