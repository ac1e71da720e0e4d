package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.loop.Loop;
import dev.millrace.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the Javadoc of {@link NodeChannel} shows. */
@Tag("epoll")
class NodeExamplesTest {
    /** In a child of a Node program. */
    static void main(String[] arguments) {
        // @start region="node"
        Loop.run(loop -> {
            NodeChannel parent = NodeChannel.open(loop);
            parent.onMessage(
                            (json, passed) -> {
                                if (passed.orElse(null)
                                        instanceof Passable.Connection(NetSocket socket)) {
                                    socket.end("served by another process\n");
                                }
                            })
                    .onClose(() -> System.exit(0));
            parent.send("{\"ready\":true}");
        });
        // @end region="node"
    }

    @Test
    void aConnectionOfTheParentsIsServed() {
        try (NodePair pair = new NodePair()) {
            StringBuilder text = new StringBuilder();
            pair.channel.onMessage((json, passed) -> {
                assertThat(json).isEqualTo("\"take\"");
                if (passed.orElse(null) instanceof Passable.Connection(NetSocket socket)) {
                    socket.end("served by another process\n");
                }
            });
            PassedPair passed = new PassedPair(pair.loop);
            passed.client.onData(data -> text.append(StandardCharsets.UTF_8.decode(data)));
            pair.write(
                    "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":\"take\"}\n",
                    passed.number());
            pair.until("served", () -> text.indexOf("\n") > 0);
            assertThat(text).hasToString("served by another process\n");
            assertThat(Optional.of(pair.seen.toString())).contains(NodePair.ACK);
        }
    }
}
