package dev.millrace.loop;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UdpOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A loop with a datagram socket that writes down what it receives. */
abstract class UdpFixture {
    static final IpAddress ANY_PORT = IpAddress.loopback(0);

    final Loop loop = Loop.create();
    final RecordedDatagrams received = new RecordedDatagrams();
    final UdpHandle receiver = handle(received);

    @AfterEach
    void close() {
        loop.close();
    }

    final UdpHandle handle(UdpEvents events) {
        return new UdpHandle(loop, UdpOptions.DEFAULTS, events);
    }

    final UdpHandle handle() {
        return handle(new RecordedDatagrams());
    }

    final void receiveOn(IpAddress address) throws IOException {
        receiver.bind(address);
        receiver.receiveStart();
    }

    static void send(
            UdpHandle from, String text, @Nullable IpAddress to, @Nullable Request request) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        from.send(bytes, 0, bytes.length, to, request);
    }
}
