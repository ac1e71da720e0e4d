package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A socket whose reader brings the buffers, and has none at times. */
class NetSocketBufferTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final List<NetSocket> accepted = new ArrayList<>();
    private boolean hasRoom;

    @AfterEach
    void close() {
        loop.close();
    }

    private @Nullable ByteBuffer next() {
        journal.add("asked");
        return hasRoom ? ByteBuffer.allocate(16) : null;
    }

    private void serve(NetSocket socket) {
        accepted.add(socket);
        socket.bufferSource(most -> next());
        socket.onNoBuffer(error -> journal.add(SystemError.codeOf(error)));
        socket.onData(bytes -> journal.add(StandardCharsets.UTF_8.decode(bytes).toString()));
    }

    @Test
    @Tag("E3")
    void withoutABufferItIsPausedUntilItsReaderResumesIt() {
        NetServer server = Ends.server(loop, this::serve).listen(IpAddress.loopback(0));
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        NetSocket client = Ends.connect(loop, server.address().orElseThrow());
        LoopFixture.pollUntil(loop, "a connection", () -> !accepted.isEmpty());
        client.write("hello");
        LoopFixture.pollUntil(loop, "ENOBUFS", () -> journal.count("ENOBUFS") > 0);
        NetSocket socket = accepted.getFirst();
        assertThat(socket.isPaused()).isTrue();
        loop.run(RunMode.NOWAIT);
        loop.run(RunMode.NOWAIT);
        assertThat(journal.lines()).containsExactly("asked", "ENOBUFS");
        hasRoom = true;
        socket.resume();
        LoopFixture.pollUntil(loop, "hello", () -> journal.count("hello") > 0);
        assertThat(journal.lines()).startsWith("asked", "ENOBUFS", "asked");
    }
}
