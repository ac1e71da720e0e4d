import module dev.millrace;

// A SOCKS5 proxy without passwords (RFC 1928). Try: curl --socks5-hostname 127.0.0.1:1080 http://example.org
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 1080;
    Loop.run(loop -> {
        var server = NetServer.create(loop, NetServerOptions.DEFAULTS.withAllowHalfOpen(true), this::greet);
        server.onListening(() -> IO.println("socks on " + server.address().orElseThrow()));
        server.listen(port, "127.0.0.1");
    });
}

/** The version, the number of methods, the methods. */
void greet(NetSocket client) {
    client.timeout(Duration.ofSeconds(60), client::destroy);
    client.onError(error -> IO.println("a client broke off: " + error.getMessage()));
    client.onFrames(Framing.lengthField(1, 257).withOffsetBytes(1).withKeepsHeader(true), hello -> {
        boolean isSocks5 = hello.get(0) == 5;
        client.write(new byte[] {5, (byte) (isSocks5 ? 0 : 0xff)});
        if (isSocks5) {
            client.onFrames(Framing.fixedLength(5), head -> request(client, head.get(1), head.get(3), head.get(4)));
        } else {
            client.end();
        }
    });
}

/** The version, a command, 0, a kind of address; the address, as long as its kind or first byte says; a port. */
void request(NetSocket client, int command, int kind, byte first) {
    int hostBytes = kind == 1 ? 4 : kind == 4 ? 16 : 1 + (first & 0xff);
    client.unshift(ByteBuffer.wrap(new byte[] {first}));
    client.onFrames(Framing.fixedLength(hostBytes + 2), address -> {
        client.offBytes(); // what follows is for the server
        if (command == 1) {
            connect(client, address.getShort(hostBytes) & 0xffff, host(kind, address.limit(hostBytes)));
        } else {
            client.end(response(7));
        }
    });
}

String host(int kind, ByteBuffer address) {
    var bytes = new byte[address.remaining()];
    address.get(bytes);
    return kind == 3 ? new String(bytes, 1, bytes.length - 1) : IpAddress.of(bytes, 0).hostText();
}

void connect(NetSocket client, int port, String host) {
    var server = NetSocket.connect(client.loop(), port, host);
    server.onConnect(() -> {
        client.write(response(0));
        client.pipelineTo(server).pipelineTo(client);
    });
    server.onError(error -> client.end(response(5)));
    client.onClose(server::destroy);
}

byte[] response(int code) {
    return new byte[] {5, (byte) code, 0, 1, 0, 0, 0, 0, 0, 0};
}
