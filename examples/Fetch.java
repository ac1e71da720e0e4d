import module dev.millrace;

// Fetches URLs, given one by one or in a file, eight at a time; prints status and size of each.
void main(String[] args) throws IOException {
    var isList = args.length == 1 && !args[0].startsWith("http:");
    var urls = new ArrayDeque<>(isList ? Files.readAllLines(Path.of(args[0])) : List.of(args));
    Loop.run(loop -> {
        var client = HttpClient.create(loop);
        for (int at = 0; at < 8; at++) fetch(client, urls);
    });
}

void fetch(HttpClient client, Queue<String> urls) {
    if (urls.isEmpty()) return;
    var url = urls.poll();
    client.get(url)
            .thenCompose(got -> got.body(64 << 20).thenApply(body -> got.status() + " " + body.length))
            .exceptionally(Throwable::getMessage)
            .thenAccept(line -> { IO.println(line + " " + url); fetch(client, urls); });
}
