import module dev.millrace;

// Copies between sockets, in both directions, as fast as the slower one takes it and with no more
// than a few buffers in memory: a relay in front of another server. Try: TcpEcho, this, then
// head -c 1000000000 /dev/zero | nc -N 127.0.0.1 7002 | wc -c
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7002;
    int upstream = args.length > 1 ? Integer.parseInt(args[1]) : 7000;
    // One side may end while the other still sends; a peer that is silent for a minute is probed.
    var ours = NetServerOptions.DEFAULTS.withAllowHalfOpen(true).withKeepAlive(KeepAlive.DEFAULTS);
    var theirs = NetSocketOptions.DEFAULTS
            .withAllowHalfOpen(true)
            .withKeepAlive(KeepAlive.DEFAULTS)
            .withConnectTimeout(Duration.ofSeconds(5));
    Loop.run(loop -> {
        var server = NetServer.create(loop, ours, client -> {
            var target = NetSocket.connect(loop, upstream, "127.0.0.1", theirs);
            target.onError(error -> IO.println(error.getMessage()));
            // As pipeTo, but that what ends one of the two early ends the other as well.
            client.pipelineTo(target).pipelineTo(client);
        });
        server.onListening(() -> IO.println("relay on " + server.address().orElseThrow()));
        server.listen(port, "127.0.0.1");
    });
}
