import module dev.millrace;

// Files from a form into a folder. Try: curl -F file=@README.md -F note=hello 127.0.0.1:8086/
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8086;
    var folder = Path.of(args.length > 1 ? args[1] : "/tmp").toAbsolutePath();
    var limits = Multipart.Limits.DEFAULTS.withMaxParts(20).withMaxPartBytes(1L << 30).withMaxBytes(4L << 30);
    var router = new Router();
    router.get("/", (request, response) -> response.header("Content-Type", "text/html").end("""
            <form method=post enctype=multipart/form-data><input type=file name=file multiple><button>Send</button></form>
            """));
    router.post("/", (request, response) -> Multipart.<String>read(request, limits, part -> {
        if (!part.isFile()) {
            return part.text(10_000).thenApply(text -> part.name() + " is " + text);
        }
        var name = part.fileName().orElseThrow();
        return part.saveTo(folder.resolve(name)).thenApply(bytes -> name + " has " + bytes + " bytes");
    }).thenAccept(lines -> response.end(String.join("\n", lines) + "\n")));
    Loop.run(loop -> {
        var server = HttpServer.create(loop, router);
        server.onListening(() -> IO.println(folder + " takes files on http://127.0.0.1:" + server.port()));
        server.listen(port, "127.0.0.1");
    });
}
