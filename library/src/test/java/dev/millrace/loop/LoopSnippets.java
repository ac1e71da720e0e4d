package dev.millrace.loop;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.Readiness;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The examples of this package's Javadoc: the build compiles them. */
final class LoopSnippets {
    private LoopSnippets() {}

    private static void print(Object text) {
        System.out.println(text);
    }

    static void loop() {
        // @start region="loop"
        Loop.run(loop -> {
            TimerHandle ticks = loop.setInterval(Duration.ofSeconds(1), () -> print("tick"));
            loop.setTimeout(Duration.ofMinutes(1), ticks::close);
            loop.nextTick(() -> print("before the first tick"));
        });
        print("nothing is left to do");
        // @end
    }

    static void execute(Loop loop, NetSocket socket, Supplier<String> slow) {
        // @start region="execute"
        Thread.ofVirtual()
                .start(() -> {
                    String text = slow.get();
                    loop.execute(() -> socket.write(text)); // a socket belongs to its loop's thread
                });
        // @end
    }

    static void offload(Loop loop, NetSocket socket) {
        // @start region="offload"
        loop.offload(() -> Files.readString(Path.of("motd")))
                .whenComplete(
                        (text, failure) -> socket.end(failure == null ? text : "no message today"));
        // @end
    }

    static void cancel(Loop loop, NetSocket socket, Callable<String> search) {
        // @start region="cancel"
        Work<String> work = loop.offload(search);
        work.thenAccept(found -> socket.end(found));
        socket.onClose(work::cancel); // the client has left: the search is interrupted
        // @end
    }

    static void pool(Loop loop, Callable<byte[]> nativeCall) {
        // @start region="pool"
        loop.offload(WorkPool.shared(), nativeCall).thenAccept(result -> print(result.length));
        // @end
    }

    static void metrics(Loop loop) {
        // @start region="metrics"
        loop.measure();
        loop.setInterval(
                Duration.ofSeconds(10),
                () -> print("timers are late by " + loop.metrics().timerLag().p99Nanos() + " ns"));
        // @end
    }

    static void uncaught(Loop loop) {
        // @start region="uncaught"
        loop.onUncaught(thrown -> print("a callback threw " + thrown));
        // @end
    }

    static <T> void enter(Loop loop, T listener, BiConsumer<T, String> deliver, NetSocket socket) {
        // @start region="enter"
        loop.enter(
                socket,
                s -> deliver.accept(listener, "a message of " + s),
                (s, thrown) -> s.destroy());
        // @end
    }

    static void group() throws InterruptedException {
        // @start region="group"
        LoopGroup group =
                LoopGroup.start(
                        4,
                        loop ->
                                NetServer.create(loop, socket -> socket.end("hello\n"))
                                        .listen(8080));
        group.join();
        // @end
    }

    static void timer(Loop loop) {
        // @start region="timer"
        TimerHandle timer = new TimerHandle(loop);
        timer.start(Duration.ofMillis(100), Duration.ofSeconds(1), () -> print("tick"));
        timer.unref(); // the loop ends though it ticks
        // @end
    }

    static void immediate(Loop loop) {
        // @start region="immediate"
        Immediate later = loop.setImmediate(() -> print("after the events of this turn"));
        later.close(); // or not at all
        // @end
    }

    static void async(Loop loop, Queue<String> jobs) {
        // @start region="async"
        AsyncHandle wakeUp =
                new AsyncHandle(
                        loop,
                        () -> {
                            for (String job = jobs.poll(); job != null; job = jobs.poll()) {
                                print(job);
                            }
                        });
        Thread.ofVirtual()
                .start(() -> {
                    jobs.add("a job from another thread");
                    wakeUp.send();
                });
        // @end
    }

    static void signal(Loop loop, NetServer server) {
        // @start region="signal"
        SignalHandle signal = new SignalHandle(loop);
        signal.startOnce("TERM", name -> server.close());
        signal.unref();
        // @end
    }

    static void watch(Loop loop, int timerfd, Runnable read) throws IOException {
        // @start region="watch"
        WatchHandle watch = new WatchHandle(loop, timerfd);
        watch.start(Set.of(Readiness.READABLE), ready -> read.run());
        // @end
    }

    static void phase(Loop loop) {
        // @start region="phase"
        PhaseHandle check = new PhaseHandle(loop, PhaseHandle.Phase.CHECK);
        check.start(() -> print("the events of this turn were told"));
        // @end
    }

    static void closing(Handle handle) {
        // @start region="closing"
        handle.onClose(() -> print("every callback of it has run"));
        handle.close();
        // @end
    }

    static void stalls(Loop loop) {
        // @start region="stalls"
        StallDetector.start(
                loop,
                Duration.ofMillis(50),
                stall -> print(stall.lasted().toMillis() + " ms in\n" + stall.stackText()));
        // @end
    }

    static void listen(Loop loop, StreamEvents events) throws IOException {
        // @start region="listen"
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        listener.bind(IpAddress.of("::", 8080));
        listener.listen(stream -> {
            stream.owner(events);
            stream.readStart();
        });
        // @end
    }

    static void stream(Loop loop, StreamEvents events, byte[] hello) {
        // @start region="stream"
        StreamHandle stream = new StreamHandle(loop, events);
        Request connected =
                new Request(error -> {
                    if (error == null) {
                        stream.write(hello, 0, hello.length, null);
                        stream.readStart();
                    } else {
                        stream.close();
                    }
                });
        stream.connect(IpAddress.loopback(8080), connected);
        // @end
    }

    // @start region="events"
    /** Sends back what comes, and closes its stream at the end. */
    record Echo(StreamHandle stream) implements StreamEvents {
        @Override
        public void onRead(byte[] array, int offset, int length) {
            stream.write(array, offset, length, null);
        }

        @Override
        public void onEnd() {
            stream.shutdown(new Request(error -> stream.close()));
        }

        @Override
        public void onError(IOException error) {
            stream.close();
        }

        @Override
        public void onThrown(Throwable thrown) {
            stream.close();
        }
    }

    // @end

    static void datagrams(Loop loop, UdpEvents events) throws IOException {
        // @start region="datagrams"
        UdpHandle handle = new UdpHandle(loop, UdpOptions.DEFAULTS, events);
        handle.bind(IpAddress.of("::", 9999));
        handle.receiveStart();
        // @end
    }

    // @start region="udpEvents"
    /** Sends every datagram back. */
    static final class UdpEcho implements UdpEvents {
        private UdpHandle handle;

        @Override
        public void onDatagram(
                byte[] array, int offset, int length, IpAddress from, boolean isTruncated) {
            handle.send(array, offset, length, from, null);
        }

        @Override
        public void onError(IOException error) {
            print("one datagram is lost: " + error.getMessage());
        }

        @Override
        public void onThrown(Throwable thrown) {
            handle.close();
        }
    }

    // @end

    /** Asks another process, say. */
    interface Primary {
        /** Tells {@code onResponse} null, or why not, on the loop's thread. */
        void ask(Address address, Consumer<IOException> onResponse);

        void forget(Address address);
    }

    static void source(Loop loop, Primary primary) {
        // @start region="source"
        loop.listenSource(attempt -> {
            primary.ask(
                    attempt.address(),
                    error -> {
                        if (error == null) {
                            attempt.listens();
                        } else {
                            attempt.failed(error);
                        }
                    });
            attempt.onCancel(() -> primary.forget(attempt.address()));
        });
        // @end
    }

    static void driver() {
        // @start region="driver"
        Drivers.Choice choice = Drivers.choice();
        print("loops run on " + choice.name() + ", because " + choice.reason());
        // @end
    }
}
