import module dev.millrace;

// Takes mail, and says of each what it was. Try: nc -C 127.0.0.1 2525
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 2525;
    Loop.run(loop -> {
        var server = NetServer.create(loop, Session::new);
        server.onListening(() -> IO.println("smtp on " + server.address().orElseThrow()));
        server.listen(port, "127.0.0.1");
    });
}

static class Session {
    final NetSocket socket;
    String from = "";
    List<String> to = new ArrayList<>();
    StringBuilder text = new StringBuilder();

    Session(NetSocket socket) {
        this.socket = socket;
        socket.timeout(Duration.ofMinutes(5), () -> socket.end("421 too slow\r\n"));
        socket.onError(error -> IO.println(error.getMessage()));
        listen(this::command);
        say("220 localhost");
    }

    void listen(Consumer<String> listener) {
        socket.onFrames(Framing.lines(1000), listener, bad -> socket.end("500 line too long\r\n"));
    }

    void say(String line) {
        socket.write(line + "\r\n");
    }

    void command(String line) {
        switch (line.split(" ")[0].toUpperCase(Locale.ROOT)) {
            case "HELO", "EHLO" -> say("250 localhost");
            case "NOOP" -> say("250 OK");
            case "RSET" -> reset("");
            case "MAIL" -> reset(path(line));
            case "RCPT" -> say(!from.isEmpty() && to.add(path(line)) ? "250 OK" : "503 MAIL first");
            case "DATA" -> {
                say(to.isEmpty() ? "503 RCPT first" : "354 end with a dot");
                listen(to.isEmpty() ? this::command : this::content);
            }
            case "QUIT" -> socket.end("221 bye\r\n");
            default -> say("502 not here");
        }
    }

    void reset(String sender) {
        from = sender;
        to.clear();
        text.setLength(0);
        say("250 OK");
    }

    String path(String line) {
        return line.replaceFirst("^[^<]*<?([^>]*).*$", "$1");
    }

    void content(String line) {
        if (line.equals(".")) {
            IO.println(from + " to " + String.join(",", to) + ": " + text.length() + " characters");
            reset("");
            listen(this::command);
        } else if (text.append(line.startsWith(".") ? line.substring(1) : line).append('\n').length() > 1 << 20) {
            socket.offBytes().resume().end("552 too much\r\n");
        }
    }
}
