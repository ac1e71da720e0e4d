package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Javadoc shows. */
@Tag("epoll")
class ChannelExamplesTest {
    @TempDir Path folder;

    private final StringBuilder said = new StringBuilder();

    /** At the end that receives. */
    private NetServer receiver(Loop loop, UnixAddress address) {
        // @start region="passed"
        NetServer receiver =
                NetServer.create(
                        loop,
                        peer ->
                                MessageChannel.on(peer)
                                        .onMessage(message -> {
                                            for (Passable passed : message.take()) {
                                                switch (passed) {
                                                    case Passable.Connection(NetSocket socket) ->
                                                            socket.end("served elsewhere");
                                                    case Passable.Listener(NetServer server, _) ->
                                                            server.onConnection(
                                                                    socket -> socket.end("shared"));
                                                    case Passable.Datagrams(var socket, _) ->
                                                            socket.onMessage((data, from) -> {});
                                                    case Passable.Open(var descriptor) ->
                                                            descriptor.close();
                                                }
                                            }
                                        }));
        // @end region="passed"
        return receiver.listen(address);
    }

    @Test
    void aConnectionIsServedElsewhere() {
        UnixAddress address = UnixAddress.of(folder.resolve("s"));
        LoopFixture.run(loop -> {
            NetServer receiver = receiver(loop, address);
            receiver.onListening(() -> pass(loop, address, receiver));
        });
        assertThat(said).hasToString("served elsewhere");
    }

    private void pass(Loop loop, UnixAddress address, NetServer receiver) {
        MessageChannel channel = MessageChannel.connect(loop, address);
        NetServer server = NetServer.create(loop);
        server.onConnection(socket ->
                        channel.send(
                                "for you",
                                List.of(Passable.of(socket)),
                                error -> {
                                    assertThat(error).isNull();
                                    channel.end();
                                    receiver.close();
                                    server.close();
                                }))
                .listen(0)
                .onListening(() ->
                        NetSocket.connect(loop, server.port(), "127.0.0.1")
                                .onData(data -> said.append(StandardCharsets.UTF_8.decode(data))));
    }

    @Test
    void aReceiverServesWithinTheListener() {
        UnixAddress address = UnixAddress.of(folder.resolve("s"));
        LoopFixture.run(loop -> {
            // @start region="acknowledge"
            NetServer receiver =
                    NetServer.create(
                            loop,
                            peer ->
                                    MessageChannel.on(peer)
                                            .onMessage(message -> {
                                                Passable passed = message.take().getFirst();
                                                message.acknowledge();
                                                serve(passed);
                                            }));
            // @end region="acknowledge"
            receiver.listen(address).onListening(() -> pass(loop, address, receiver));
        });
        assertThat(said).hasToString("served here");
    }

    private static void serve(Passable passed) {
        ((Passable.Connection) passed).socket().end("served here");
    }

    @Test
    void limitsAreChosen() {
        // @start region="options"
        ChannelOptions small =
                ChannelOptions.DEFAULTS.withMessageMaxBytes(256 * 1024).withDescriptorsMax(16);
        // @end region="options"
        assertThat(small.descriptorsMax()).isEqualTo(16);
    }
}
