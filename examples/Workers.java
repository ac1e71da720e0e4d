import module dev.millrace;

// One HTTP server in several processes, which share a port.
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
    Loop.run(loop -> {
        if (Cluster.isPrimary()) {
            int workers = args.length > 1 ? Integer.parseInt(args[1]) : 2;
            var primary = Cluster.primary(loop, ClusterOptions.DEFAULTS.withWorkers(workers));
            primary.onMessage((worker, text) -> IO.println("worker " + worker.id() + " " + text));
            primary.onExit((worker, exit) -> IO.println("worker " + worker.id() + " has ended"));
            loop.onSignal("TERM", _ -> primary.shutdown(Duration.ofSeconds(10)));
        } else {
            var worker = Cluster.join(loop);
            var hello = "hello from worker " + worker.id() + "\n";
            var server = HttpServer.create(loop, (_, response) -> response.end(hello));
            server.onListening(() -> worker.send("listens on " + server.port())).listen(port);
        }
    });
}
