package dev.millrace.ipc;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.Request;
import dev.millrace.loop.RunMode;
import dev.millrace.loop.StreamDescriptors;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** A channel that speaks Node's format, and a peer that writes its lines by itself. */
final class NodePair implements AutoCloseable {
    static final String ACK = "{\"cmd\":\"NODE_HANDLE_ACK\"}\n";
    static final String NACK = "{\"cmd\":\"NODE_HANDLE_NACK\"}\n";

    private static final AtomicInteger NAMES = new AtomicInteger();

    final Loop loop = Loop.create();
    final Journal journal = new Journal();
    final NetSocket raw;
    final StreamDescriptors descriptors;
    NodeChannel channel;

    /** What the channel has written. */
    final StringBuilder seen = new StringBuilder();

    NodePair() {
        this(ChannelOptions.DEFAULTS);
    }

    NodePair(ChannelOptions options) {
        String name = ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet();
        UnixAddress address = UnixAddress.of("@millrace-node-" + name);
        NetServer server =
                NetServer.create(loop, socket -> channel = NodeChannel.on(socket, options))
                        .listen(address);
        until("listening", server::isListening);
        raw = NetSocket.connect(loop, address);
        until("connected", () -> channel != null && !raw.isConnecting());
        server.close();
        try {
            descriptors = raw.descriptors().carry();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        raw.onError(error -> {}).onData(data -> seen.append(StandardCharsets.UTF_8.decode(data)));
        channel.onError(error -> journal.add("error " + error.getMessage()));
        channel.onClose(journal.line("closed"));
    }

    /** Notes every message, and closes what passes. */
    void listen() {
        channel.onMessage((json, passed) -> {
            String kind = passed.map(one -> " " + one.getClass().getSimpleName()).orElse("");
            journal.add("message " + json + kind);
            passed.ifPresent(NodePair::close);
        });
    }

    static void close(Passable passed) {
        switch (passed) {
            case Passable.Connection(NetSocket socket) -> socket.destroy();
            case Passable.Listener listener -> listener.server().close();
            case Passable.Datagrams datagrams -> datagrams.socket().close();
            case Passable.Open(var descriptor) -> descriptor.close();
        }
    }

    /** The peer writes, its descriptors with the first byte. */
    void write(String text, int... numbers) {
        write(text.getBytes(StandardCharsets.UTF_8), numbers);
    }

    void write(byte[] bytes, int... numbers) {
        descriptors.write(bytes, 0, bytes.length, numbers, new Request(error -> {}));
    }

    void until(String what, BooleanSupplier condition) {
        LoopFixture.pollUntil(loop, what, condition);
    }

    void until(String line) {
        until(line + " in " + journal.lines(), () -> journal.count(line) > 0);
    }

    void untilSeen(String text) {
        until("to have written " + text, () -> seen.indexOf(text) >= 0);
    }

    /** Everything that is due now, and what comes of it. */
    void turns() {
        for (int turn = 0; turn < 10; turn++) {
            loop.run(RunMode.NOWAIT);
        }
    }

    void outcome(IOException error) {
        journal.add("outcome " + (error == null ? "arrived" : error.getMessage()));
    }

    @Override
    public void close() {
        loop.close();
    }
}
