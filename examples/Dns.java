import module dev.millrace;

// A name server of two names. Try: dig @127.0.0.1 -p 5353 one.test
static final Map<String, byte[]> ZONE = Map.of("one.test", new byte[] {10, 0, 0, 1}, "two.test", new byte[] {10, 0, 0, 2});

void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 5353;
    Loop.run(loop -> {
        var socket = UdpSocket.create(loop);
        socket.onMessage((query, sender) -> {
            // Twelve bytes of head, a name, a type and a class; an answer is not answered.
            if (query.remaining() > 16 && query.get(2) >= 0) {
                socket.send(answer(query), sender);
            }
        });
        socket.onListening(() -> IO.println("dns on " + socket.address().orElseThrow()));
        socket.bind(port, "127.0.0.1");
    });
}

ByteBuffer answer(ByteBuffer query) {
    var labels = new ArrayList<String>();
    query.position(12);
    for (int size; (size = query.get()) != 0;) {
        if (size < 0 || size + 5 > query.remaining()) {
            return head(query, 12, 1, 0, 0).flip();
        }
        var label = new byte[size];
        query.get(label);
        labels.add(new String(label, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
    }
    var address = ZONE.get(String.join(".", labels));
    int type = query.getShort(), end = query.position() + 2;
    if (address == null || type != 1) {
        return head(query, end, address == null ? 3 : 0, 0, 0).flip();
    }
    return head(query, end, 0, 1, 16).put(new byte[] {(byte) 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4}).put(address).flip();
}

/** The question again, up to its end, and how it is answered. */
ByteBuffer head(ByteBuffer query, int end, int code, int count, int more) {
    return ByteBuffer.allocate(end + more).put(query.clear().limit(end))
            .putShort(2, (short) (0x8400 | code))
            .putShort(4, (short) (end > 12 ? 1 : 0))
            .putShort(6, (short) count)
            .putInt(8, 0);
}
