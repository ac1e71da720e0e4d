import module dev.millrace;

// Says things later, or again and again. Try: nc 127.0.0.1 7006, then: in 2000 tea is ready
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7006;
    Loop.run(loop -> {
        var server = NetServer.create(loop, Session::new);
        server.onListening(() -> IO.println("scheduler on " + server.address().orElseThrow()));
        server.listen(port, "127.0.0.1");
    });
}

static class Session {
    final NetSocket socket;
    final Map<Integer, TimerHandle> jobs = new TreeMap<>();
    int last;

    Session(NetSocket socket) {
        this.socket = socket;
        socket.onFrames(Framing.lines(1000), this::command);
        socket.onError(error -> IO.println(error.getMessage()));
        socket.onClose(() -> jobs.values().forEach(TimerHandle::close));
    }

    void command(String line) {
        var words = line.split(" ", 3);
        boolean isTimed = words.length == 3 && words[1].matches("\\d{1,8}");
        socket.write(switch (words[0]) {
            case "in", "every" -> isTimed ? add(words) : "say: in|every MILLISECONDS TEXT\n";
            case "list" -> "jobs " + jobs.keySet().toString().replaceAll("[\\[\\] ]", "") + "\n";
            case "cancel" -> cancel(line.substring(6).strip());
            default -> "in, every, list or cancel\n";
        });
    }

    String add(String[] words) {
        int id = ++last;
        boolean isOnce = words[0].equals("in");
        var delay = Duration.ofMillis(Long.parseLong(words[1]));
        Runnable job = () -> {
            if (isOnce) {
                jobs.remove(id);
            }
            socket.write(id + ": " + words[2] + "\n");
        };
        jobs.put(id, isOnce ? socket.loop().setTimeout(delay, job) : socket.loop().setInterval(delay, job));
        return "job " + id + "\n";
    }

    String cancel(String id) {
        var job = id.matches("\\d{1,9}") ? jobs.remove(Integer.parseInt(id)) : null;
        if (job == null) {
            return "no job " + id + "\n";
        }
        job.close();
        return "cancelled " + id + "\n";
    }
}
