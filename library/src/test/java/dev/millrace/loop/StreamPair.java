package dev.millrace.loop;

import dev.millrace.driver.Port;
import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RecordedEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Both ends of a TCP connection on one loop of the test's thread; the accepted end is the peer. */
final class StreamPair implements AutoCloseable {
    final RecordingDriver driver = new RecordingDriver();
    final Loop loop = Loop.on(driver);
    final Journal journal = new Journal();
    final Journal peerJournal = new Journal();
    final ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
    final StreamHandle stream = new StreamHandle(loop, new RecordedEvents(journal));
    private final List<StreamHandle> peers = new ArrayList<>();

    StreamPair() {
        try {
            listener.bind(IpAddress.loopback(0));
            listener.listen(accepted -> {
                accepted.owner(new RecordedEvents(peerJournal));
                peers.add(accepted);
                journal.add("accepted");
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        listener.unref();
    }

    StreamHandle peer() {
        return peers.getFirst();
    }

    StreamHandle lastPeer() {
        return peers.getLast();
    }

    /** A request that writes its outcome down. */
    Request told(String name) {
        return new Request(
                error -> journal.add(name + " " + (error == null ? "ok" : error.getMessage())));
    }

    StreamPair connect() {
        stream.connect(listener.localAddress(), told("connect"));
        runUntil("accepted");
        runUntil("connect ok");
        return this;
    }

    void runUntil(String line) {
        LoopFixture.turnUntil(loop, line, () -> journal.count(line) > 0);
    }

    /** Everything that is due now, and what comes of it. */
    void turns() {
        for (int turn = 0; turn < 5; turn++) {
            loop.run(RunMode.NOWAIT);
        }
    }

    /**
     * Fills the kernel's buffers until bytes stay behind; the answer is how many writes there were.
     */
    int writeUntilQueued() {
        int writes = 0;
        while (stream.queuedBytes() == 0) {
            stream.writeOwned(new byte[256 * 1024], 0, 256 * 1024, told("write " + ++writes));
        }
        return writes;
    }

    /** What the kernel says. */
    int option(KernelOption option) {
        Port port = stream.port();
        return driver.getOption(port, option);
    }

    @Override
    public void close() {
        loop.close();
    }
}
