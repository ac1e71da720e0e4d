package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RecordedEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the Javadoc of listeners, streams and datagrams shows, compiled and run. */
class StreamHandleExamplesTest {
    private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

    private final StringBuilder printed = new StringBuilder();

    private void print(Object text) {
        printed.append(text).append('|');
    }

    // @start region="events"
    /** Sends back what comes. */
    record Echo(StreamHandle stream) implements StreamEvents {
        @Override
        public void onRead(byte[] array, int offset, int length) {
            stream.write(array, offset, length, null);
        }

        @Override
        public void onEnd() {
            // @start region="beforeClose"
            stream.shutdown(new Request(error -> stream.close()).beforeClose());
            // @end
        }

        @Override
        public void onError(IOException error) {
            stream.close();
        }

        @Override
        public void onThrown(Throwable thrown) {
            stream.close();
            stream.loop().uncaught(thrown);
        }
    }

    // @end

    @Test
    void anEchoAndItsClient() {
        LoopFixture.run(loop -> talkTo(echo(loop)));
        assertThat(printed).hasToString("connected|the kernel has it|");
    }

    @Test
    void anEchoByDemand() {
        LoopFixture.run(loop -> {
            ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
            try {
                oneByOne(listener);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            talkTo(listener);
        });
        assertThat(printed).hasToString("connected|the kernel has it|");
    }

    @Test
    void aRaceOfTwo() {
        LoopFixture.run(loop -> {
            ListenHandle listener = echo(loop);
            IpAddress bound = (IpAddress) Objects.requireNonNull(listener.localAddress());
            StreamHandle kept = race(loop, bound, IpAddress.loopback(1));
            kept.onClose(listener::close);
            send(kept, HELLO);
            loop.setImmediate(() -> closeAfterEcho(kept));
        });
        assertThat(printed).hasToString("the kernel has it|");
    }

    private static StreamHandle race(Loop loop, Address... addresses) {
        StreamEvents events = new RecordedEvents(new Journal());
        // @start region="takeConnection"
        StreamHandle kept = new StreamHandle(loop, events);
        for (Address address : addresses) {
            StreamHandle attempt = new StreamHandle(loop, events);
            Request ended =
                    new Request(error -> {
                        if (error == null && !kept.isConnected()) {
                            kept.takeConnection(attempt);
                            kept.readStart();
                        } else {
                            attempt.close();
                        }
                    });
            attempt.connect(address, ended);
        }
        // @end
        return kept;
    }

    private void talkTo(ListenHandle listener) {
        Loop loop = listener.loop();
        IpAddress bound = (IpAddress) Objects.requireNonNull(listener.localAddress());
        RecordedEvents events = new RecordedEvents(new Journal());
        StreamHandle client = client(loop, IpAddress.loopback(bound.port()), events);
        client.onClose(listener::close);
        loop.setImmediate(() -> closeAfterEcho(client));
    }

    /** No event but the bytes themselves tells that they came. */
    private static void closeAfterEcho(StreamHandle client) {
        if (client.bytesRead() == HELLO.length) {
            client.close();
        } else {
            client.loop().setImmediate(() -> closeAfterEcho(client));
        }
    }

    private static ListenHandle echo(Loop loop) {
        try {
            return echo(loop, IpAddress.loopback(0));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ListenHandle echo(Loop loop, IpAddress address) throws IOException {
        // @start region="listen"
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        listener.bind(address);
        listener.listen(stream -> {
            stream.owner(new Echo(stream));
            stream.readStart();
        });
        // @end
        return listener;
    }

    private static void oneByOne(ListenHandle listener) throws IOException {
        // @start region="demand"
        listener.listen(() -> {
            StreamHandle stream = listener.accept(); // now, or when there is room for it
            stream.owner(new Echo(stream));
            stream.readStart();
        });
        // @end
    }

    private StreamHandle client(Loop loop, Address address, StreamEvents events) {
        // @start region="connect"
        StreamHandle stream = new StreamHandle(loop, events);
        stream.connect(
                address,
                new Request(error -> print(error == null ? "connected" : error.getMessage())));
        stream.readStart();
        // @end
        send(stream, HELLO);
        return stream;
    }

    private void send(StreamHandle stream, byte[] bytes) {
        // @start region="request"
        Request written =
                new Request(
                        error -> print(error == null ? "the kernel has it" : error.getMessage()));
        stream.write(bytes, 0, bytes.length, written);
        // @end
    }

    // @start region="udpEvents"
    /** Shows what comes. */
    private final class Shown implements UdpEvents {
        @Override
        public void onDatagram(
                byte[] array, int offset, int length, IpAddress from, boolean isTruncated) {
            print(new String(array, offset, length, StandardCharsets.UTF_8));
        }

        @Override
        public void onError(IOException error) {
            print(error.getMessage());
        }

        @Override
        public void onThrown(Throwable thrown) {
            print(thrown);
        }
    }

    // @end

    @Test
    void datagrams() throws IOException {
        try (Loop loop = Loop.create()) {
            UdpHandle receiver = receive(loop, IpAddress.loopback(0));
            send(loop, receiver.localAddress());
            LoopFixture.turnUntil(loop, "hello", () -> printed.indexOf("hello") >= 0);
        }
        assertThat(printed).hasToString("hello|");
    }

    private UdpHandle receive(Loop loop, IpAddress address) throws IOException {
        // @start region="receive"
        UdpHandle receiver = new UdpHandle(loop, UdpOptions.DEFAULTS, new Shown());
        receiver.bind(address);
        receiver.receiveStart();
        // @end
        return receiver;
    }

    private void send(Loop loop, IpAddress to) {
        byte[] bytes = HELLO;
        // @start region="send"
        UdpHandle sender = new UdpHandle(loop, UdpOptions.DEFAULTS, new Shown());
        sender.send(bytes, 0, bytes.length, to, new Request(error -> sender.close()));
        // @end
    }
}
