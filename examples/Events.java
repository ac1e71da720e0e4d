import module dev.millrace;

// A page whose watchers hear what is posted. Try: curl -N 127.0.0.1:8085/news, and elsewhere
// curl -d 'it rains' 127.0.0.1:8085/news; or open http://127.0.0.1:8085/ in a browser.
final EventGroup watchers = new EventGroup();
final Deque<String> news = new ArrayDeque<>();
int first = 1;

void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8085;
    var router = new Router();
    router.get("/", (request, response) -> response.header("Content-Type", "text/html").end("""
            <ul id=news></ul><script>new EventSource('/news').onmessage = event =>
              news.appendChild(document.createElement('li')).textContent = event.data</script>
            """));
    router.get("/news", this::watch);
    router.post("/news", (request, response) -> request.text(10_000).thenAccept(text -> {
        news.add(text);
        if (news.size() > 100) {
            news.remove();
            first++;
        }
        watchers.send(event(first + news.size() - 1, text));
        response.end("told " + watchers.size() + "\n");
    }));
    Loop.run(loop -> {
        var server = HttpServer.create(loop, router);
        server.onListening(() -> IO.println("news on http://127.0.0.1:" + server.port()));
        server.listen(port, "127.0.0.1");
    });
}

/** One that comes back gets what it has missed. */
void watch(ServerRequest request, ServerResponse response) {
    var events = EventStream.of(request, response);
    int id = first;
    for (var text : news) {
        if (id > events.lastEventId().filter(last -> last.matches("\\d{1,9}")).map(Integer::parseInt).orElse(0)) {
            events.send(event(id, text));
        }
        id++;
    }
    watchers.add(events);
}

ServerEvent event(int id, String text) {
    return ServerEvent.of(text).withId("" + id);
}
