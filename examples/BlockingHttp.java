import module dev.millrace;

// Requests served in blocking code, each on a virtual thread. Try: curl -T README.md 127.0.0.1:8087/sum
// and curl -N 127.0.0.1:8087/count/5
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8087;
    var threads = new VirtualThreads(VirtualThreads.Options.DEFAULTS.withMaxThreads(10_000));
    var router = new Router();
    router.put("/sum", threads.handler((request, response) -> {
        var digest = MessageDigest.getInstance("SHA-256");
        request.inputStream().transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        response.end(HexFormat.of().formatHex(digest.digest()) + "\n");
    }));
    router.get("/count/{seconds}", threads.route((request, response) -> {
        var out = new PrintStream(response.outputStream());
        for (long left = request.parameters().number("seconds"); left > 0; left--) {
            out.println(left + " s");
            out.flush();
            Thread.sleep(1000); // ends at once when the client leaves
        }
        out.println("done");
    }));
    Loop.run(loop -> {
        var server = HttpServer.create(loop, router);
        server.onListening(() -> IO.println("blocking handlers on http://127.0.0.1:" + server.port()));
        server.listen(port, "127.0.0.1");
    });
}
