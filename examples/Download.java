import module dev.millrace;

// A folder with lists, compressed; and a file that is saved under a name of ours. Try, twice:
// curl -C - -OJ 127.0.0.1:8088/readme
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8088;
    var folder = Path.of(args.length > 1 ? args[1] : ".").toAbsolutePath();
    Loop.run(loop -> {
        var options = StaticFilesOptions.DEFAULTS.withListing(true).withMaxAge(Duration.ofMinutes(1));
        var files = Compression.of(StaticFiles.of(loop, folder, options));
        var readme = FileResponse.DEFAULTS.withDownloadName("Read me \u2013 first.md");
        var server = HttpServer.create(loop, (request, response) -> {
            if (request.path().equals("/readme")) {
                readme.send(request, response, folder.resolve("README.md"));
            } else {
                files.handle(request, response);
            }
        });
        server.onListening(() -> IO.println(folder + " on http://127.0.0.1:" + server.port()));
        server.listen(port, "127.0.0.1");
    });
}
