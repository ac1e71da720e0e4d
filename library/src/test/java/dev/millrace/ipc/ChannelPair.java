package dev.millrace.ipc;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Both ends of a channel on one loop of the test's thread, or one end and a raw socket. */
final class ChannelPair implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();

    final Loop loop = Loop.create();
    final Journal journal = new Journal();
    final MessageChannel left;
    MessageChannel right;

    /** In place of the left channel. */
    NetSocket raw;

    ChannelPair() {
        this(ChannelOptions.DEFAULTS, true);
    }

    /** With a raw socket on the left if there is to be no channel. */
    ChannelPair(ChannelOptions options, boolean isChannel) {
        UnixAddress name =
                UnixAddress.of(
                        "@millrace-channel-"
                                + ProcessHandle.current().pid()
                                + "-"
                                + NAMES.incrementAndGet());
        NetServer server =
                NetServer.create(loop, socket -> right = MessageChannel.on(socket, options))
                        .listen(name);
        until("listening", server::isListening);
        NetSocket socket = NetSocket.connect(loop, name);
        raw = socket;
        left = isChannel ? MessageChannel.on(socket, options) : null;
        until("connected", () -> right != null && !socket.isConnecting());
        server.close();
        right.onError(error -> journal.add("right error " + error.getMessage()));
        right.onClose(journal.line("right closed"));
        if (left != null) {
            left.onError(error -> journal.add("left error " + error.getMessage()));
            left.onClose(journal.line("left closed"));
        }
    }

    void until(String what, BooleanSupplier condition) {
        LoopFixture.pollUntil(loop, what, condition);
    }

    void until(String line) {
        until(line, () -> journal.count(line) > 0);
    }

    /** Everything that is due now, and what comes of it. */
    void turns() {
        for (int turn = 0; turn < 10; turn++) {
            loop.run(RunMode.NOWAIT);
        }
    }

    /** Notes the outcome of a send. */
    void outcome(java.io.IOException error) {
        journal.add("outcome " + (error == null ? "taken" : error.getMessage()));
    }

    @Override
    public void close() {
        loop.close();
    }
}
