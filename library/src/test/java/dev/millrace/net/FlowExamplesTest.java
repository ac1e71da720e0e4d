package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.stream.StreamFlow;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** What the Javadoc of the adapters to Flow shows, compiled and run. */
class FlowExamplesTest {
    private static final int MUCH = 2 << 20;

    @Test
    void anEcho() throws IOException {
        byte[] much = new byte[MUCH];
        new Random(3).nextBytes(much);
        try (LoopFixture fixture = new LoopFixture();
                Socket client =
                        new Socket(
                                InetAddress.getLoopbackAddress(),
                                fixture.listen(FlowExamplesTest::echo))) {
            client.setSoTimeout((int) LoopFixture.DEADLINE_SECONDS * 1000);
            Thread.startVirtualThread(() -> send(client, much));
            assertThat(client.getInputStream().readAllBytes()).isEqualTo(much);
        }
    }

    private static void echo(NetSocket socket) {
        // @start region="flow"
        Flow.Publisher<ByteBuffer> incoming = StreamFlow.publisher(socket, socket.loop());
        incoming.subscribe(StreamFlow.subscriber(socket, socket.loop())); // an echo
        // @end
    }

    private static void send(Socket client, byte[] bytes) {
        try {
            client.getOutputStream().write(bytes);
            client.shutdownOutput();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
