import module dev.millrace;
import java.util.concurrent.atomic.LongAdder;

// An echo that counts its connections with an observer. Try: nc 127.0.0.1 7006
void main(String[] args) {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 7006;
    var open = new LongAdder();
    Observation.add(new LoopObserver() {
        @Override
        public void onAccept(LoopEvent event) {
            open.increment();
            IO.println(event + "; open: " + open);
        }

        @Override
        public void onClose(LoopEvent event) {
            if (event.cause() != 0) {
                open.decrement();
                IO.println(event + "; open: " + open);
            }
        }
    });
    Loop.run(loop -> {
        var server = NetServer.create(loop, socket -> socket.pipeTo(socket));
        server.onListening(() -> IO.println("echo on " + server.address().orElseThrow()));
        server.listen(port, "127.0.0.1");
    });
}
