package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A socket as what travels. */
@Tag("epoll")
class SocketDescriptorsTest {
    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final List<NetSocket> accepted = new ArrayList<>();
    private NetSocket client;

    @AfterEach
    void close() {
        loop.close();
    }

    private NetSocket accept(dev.millrace.kernel.Address address) {
        NetServer server = NetServer.create(loop, accepted::add).listen(address);
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        client = NetSocket.connect(loop, server.address().orElseThrow());
        client.onError(error -> {});
        client.onData(data -> journal.add(StandardCharsets.UTF_8.decode(data).toString()));
        LoopFixture.pollUntil(loop, "accepted", () -> !accepted.isEmpty());
        server.close();
        return accepted.getFirst();
    }

    @Test
    @Tag("X107")
    void aSecondDescriptorKeepsTheConnectionOpen() throws IOException {
        NetSocket socket = accept(IpAddress.loopback(0));
        client.write("unread");
        LoopFixture.pollUntil(loop, "read", () -> socket.bytesRead() == 6);
        long watched = watched();
        // @start region="travel"
        socket.handOver().pause();
        Descriptor connection = socket.descriptors().duplicate();
        ByteBuffer unread = socket.descriptors().unread();
        // Both go to their new owner, another process mostly. When it has them:
        socket.destroy();
        // @end region="travel"
        assertThat(StandardCharsets.UTF_8.decode(unread).toString()).isEqualTo("unread");
        LoopFixture.pollUntil(loop, "closed", () -> socket.toString().contains("closed"));
        assertThat(watched()).as("out of the epoll set").isEqualTo(watched - 1);
        client.write("later");
        for (int turn = 0; turn < 3; turn++) {
            loop.run(dev.millrace.loop.RunMode.NOWAIT);
        }
        assertThat(client.isDestroyed()).as("no FIN, no reset").isFalse();
        connection.close();
        LoopFixture.pollUntil(loop, "the end", client::isDestroyed);
    }

    /** How many descriptors the epoll sets of this process have, those that were closed as well. */
    private static long watched() {
        return Kernel.descriptors("anon_inode:[eventpoll]").stream()
                .mapToLong(epoll -> Kernel.watchedBy(epoll).size())
                .sum();
    }

    @Test
    void whatCantTravelIsRefused() {
        NetSocket socket = accept(IpAddress.loopback(0));
        NetSocket connecting = NetSocket.connect(loop, IpAddress.loopback(1));
        assertThatThrownBy(() -> connecting.descriptors().duplicate())
                .isInstanceOf(IllegalStateException.class);
        connecting.onError(error -> {}).destroy();
        socket.write(new byte[8 * 1024 * 1024]);
        assertThatThrownBy(() -> socket.descriptors().duplicate())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("onDrain");
        client.pause();
        client.end();
        assertThatThrownBy(() -> client.descriptors().duplicate())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ended");
        assertThatThrownBy(() -> accepted.getFirst().descriptors().carry())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("EINVAL");
    }

    @Test
    void theKernelKnowsWhoIsAtTheOtherEnd() {
        NetSocket socket =
                accept(UnixAddress.of("@millrace-peer-" + ProcessHandle.current().pid()));
        int own = (int) ProcessHandle.current().pid();
        assertThat(socket.descriptors().peerPid()).isEqualTo(own);
        assertThat(client.descriptors().peerPid()).isEqualTo(own);
        socket.destroy();
        assertThat(socket.descriptors().peerPid()).isZero();
    }
}
