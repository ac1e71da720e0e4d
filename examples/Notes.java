import module dev.millrace;

// Notes over HTTP. Try: curl -i -d 'milk' 127.0.0.1:8083/notes, then curl 127.0.0.1:8083/notes/1
final Map<Integer, String> notes = new LinkedHashMap<>();
int last;

void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8083;
    Loop.run(loop -> {
        var server = HttpServer.create(loop, this::handle);
        server.onListening(() -> IO.println("notes on http://127.0.0.1:" + server.port()));
        server.listen(port, "127.0.0.1");
    });
}

void handle(ServerRequest request, ServerResponse response) {
    response.header("Content-Type", "text/plain");
    var path = request.rawPath();
    int id = path.matches("/notes/\\d{1,9}") ? Integer.parseInt(path.substring(7)) : 0;
    switch (request.method() + (path.equals("/notes") ? " all" : notes.containsKey(id) ? " one" : " none")) {
        case "GET all" -> response.end(notes.keySet().stream().map(key -> key + "\n").collect(Collectors.joining()));
        case "POST all" -> withBody(request, text -> {
            notes.put(++last, text);
            response.status(201).header("Location", "/notes/" + last).end("");
        });
        case "GET one" -> response.end(notes.get(id));
        case "PUT one" -> withBody(request, text -> {
            notes.put(id, text);
            response.end(text);
        });
        case "DELETE one" -> {
            notes.remove(id);
            response.end("");
        }
        case String other when other.endsWith("none") -> response.status(404).end("no such note\n");
        default -> response.status(405).end("GET, PUT or DELETE\n");
    }
}

void withBody(ServerRequest request, Consumer<String> use) {
    var body = new ByteArrayOutputStream();
    request.onData(bytes -> body.writeBytes(bytes.array()));
    request.onEnd(() -> use.accept(body.toString(StandardCharsets.UTF_8)));
}
