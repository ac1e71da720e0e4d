import module dev.millrace;

// Sends every datagram back to where it came from. Try: nc -u 127.0.0.1 7003
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7003;
    Loop.run(loop -> {
        var socket = UdpSocket.create(loop);
        socket.onMessage((bytes, sender) -> socket.send(bytes, sender))
                .onListening(() -> IO.println("echo on " + socket.address().orElseThrow()))
                .bind(port);
    });
}
