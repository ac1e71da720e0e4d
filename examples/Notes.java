import module dev.millrace;

// Notes over HTTP. Try: curl -i -d 'milk' 127.0.0.1:8083/notes, then curl 127.0.0.1:8083/notes/1
final Map<Long, String> notes = new LinkedHashMap<>();
long last;

void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8083;
    var router = new Router();
    router.get("/notes", (request, response) ->
            response.end(notes.keySet().stream().map(id -> id + "\n").collect(Collectors.joining())));
    router.post("/notes", (request, response) -> request.text(100_000).thenAccept(text -> {
        notes.put(++last, text);
        response.status(201).header("Location", "/notes/" + last).end("");
    }));
    router.get("/notes/{id}", (request, response, path) -> response.end(notes.get(known(path))));
    router.put("/notes/{id}", (request, response, path) -> {
        long id = known(path);
        request.text(100_000).thenAccept(text -> {
            notes.put(id, text);
            response.end(text);
        });
    });
    router.delete("/notes/{id}", (request, response, path) -> response.end(notes.remove(known(path))));
    Loop.run(loop -> {
        var server = HttpServer.create(loop, router);
        server.onListening(() -> IO.println("notes on http://127.0.0.1:" + server.port()));
        server.listen(port, "127.0.0.1");
    });
}

long known(PathParameters path) throws IOException {
    long id = path.number("id");
    if (!notes.containsKey(id)) {
        throw new ServerRequest.RefusedException(404, "no such note");
    }
    return id;
}
