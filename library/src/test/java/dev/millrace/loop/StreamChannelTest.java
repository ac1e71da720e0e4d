package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.DescriptorKind;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.sys.SocketName;
import dev.millrace.testing.Fifo;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RecordedEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams that descriptors can travel over; {@link #client} sends by its driver. */
@Tag("epoll")
class StreamChannelTest {
    private static final String SENT = "/dev/zero";

    @TempDir Path folder;
    private final Driver driver = Drivers.open();
    private final Loop loop = Loop.on(driver);
    private final Libc libc = new Libc();
    private final Journal journal = new Journal();
    private final StreamHandle client = new StreamHandle(loop, new RecordedEvents(new Journal()));
    private final StreamHandle[] accepted = new StreamHandle[1];
    private final int sent = libc.open(SENT, Linux.O_RDONLY);

    @AfterEach
    void close() {
        loop.close();
        assertThat(Kernel.descriptors(SENT)).as("nothing leaks").containsExactly(sent);
        libc.close(sent);
        libc.close();
    }

    /** Connects the client, and makes a channel of the accepted end if that is wanted. */
    private StreamHandle connect(Address address, boolean isChannel) throws IOException {
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        listener.bind(address);
        listener.listen(stream -> {
            accepted[0] = stream;
            stream.owner(new RecordedEvents(journal));
            listener.close();
        });
        client.connect(listener.localAddress(), new Request(error -> journal.add("connected")));
        runUntil("connected");
        LoopFixture.turnUntil(loop, "accepted", () -> accepted[0] != null);
        if (isChannel) {
            accepted[0].carryDescriptors();
        }
        accepted[0].readStart();
        return accepted[0];
    }

    private StreamHandle connectChannel() throws IOException {
        client.carryDescriptors();
        return connect(UnixAddress.of(folder.resolve("s")), true);
    }

    private void send(int... descriptors) {
        assertThat(driver.sendDescriptors(client.port(), new byte[] {'x'}, 0, 1, descriptors))
                .isEqualTo(1);
    }

    private void runUntil(String line) {
        LoopFixture.turnUntil(loop, line, () -> journal.count(line) > 0);
    }

    private static void assertInvalid(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IOException.class).hasMessageContaining("EINVAL");
    }

    @Test
    @Tag("G1")
    @Tag("E10")
    @Tag("R34")
    void thePipeThatArrivesWorks() throws IOException {
        StreamHandle channel = connectChannel();
        Fifo fifo = new Fifo(libc, folder);
        int reader = fifo.reader();
        int writer = fifo.writer();
        send(writer);
        libc.close(writer);
        runUntil("read x");
        int arrived = channel.carryDescriptors().take().orElseThrow();
        assertThat(channel.carryDescriptors().take()).isEmpty();
        assertThat(libc.fcntl(arrived, Linux.F_GETFD, 0) & Linux.FD_CLOEXEC).isNotZero();
        StreamHandle pipe = new StreamHandle(loop, StreamHandleTest.NOBODY);
        pipe.open(arrived);
        pipe.write(new byte[] {'p'}, 0, 1, new Request(error -> journal.add("written " + error)));
        runUntil("written null");
        byte[] read = new byte[2];
        assertThat(libc.read(reader, read, 0, 2)).isEqualTo(1);
        assertThat(read[0]).isEqualTo((byte) 'p');
        pipe.close();
        libc.close(reader);
    }

    @Test
    @Tag("R34")
    void whatNobodyTakesIsClosedWithTheStream() throws IOException {
        StreamHandle channel = connectChannel();
        send(sent, sent, sent);
        runUntil("read x");
        assertThat(Kernel.descriptors(SENT)).hasSize(4);
        libc.close(channel.carryDescriptors().take().orElseThrow());
        StreamDescriptors received = channel.carryDescriptors();
        channel.close();
        assertThat(Kernel.descriptors(SENT)).containsExactly(sent);
        assertThat(received.take()).isEmpty();
    }

    private void fill(StreamHandle stream) {
        byte[] bytes = new byte[256 * 1024];
        while (stream.queuedBytes() == 0) {
            stream.write(bytes, 0, bytes.length, null);
        }
    }

    @Test
    @Tag("F4")
    @Tag("R34")
    void aWriteCarriesThemOnceInItsTurn() throws IOException {
        StreamHandle channel = connectChannel();
        channel.readStop();
        fill(client);
        byte[] bytes = "descriptor".getBytes(StandardCharsets.UTF_8);
        // @start region="descriptors"
        StreamDescriptors descriptors = client.carryDescriptors();
        Request request = new Request(error -> journal.add("sent " + error));
        descriptors.write(bytes, 0, bytes.length, new int[] {sent}, request);
        // @end region="descriptors"
        byte[] more = new byte[1024 * 1024];
        client.write(more, 0, more.length, null);
        assertThat(Kernel.descriptors(SENT)).as("not before its bytes").hasSize(1);
        long all = client.bytesWritten();
        channel.readStart();
        LoopFixture.turnUntil(loop, "all", () -> channel.bytesRead() == all);
        runUntil("sent null");
        StreamDescriptors received = channel.carryDescriptors();
        assertThat(received.waitingCount()).isEqualTo(1);
        libc.close(received.take().orElseThrow());
        assertThat(received.take()).isEmpty();
    }

    @Test
    @Tag("G14")
    void whatWaitsCanBeAsked() throws IOException {
        StreamHandle channel = connectChannel();
        int socket = libc.socket(Linux.AF_INET, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
        send(sent, socket);
        runUntil("read x");
        send(sent);
        LoopFixture.turnUntil(loop, "both", () -> journal.count("read x") == 2);
        StreamDescriptors received = channel.carryDescriptors();
        assertThat(received.waitingCount()).isEqualTo(3);
        assertThat(received.waitingKinds())
                .containsExactly(DescriptorKind.FILE, DescriptorKind.UDP, DescriptorKind.FILE);
        assertThat(received.takeTogether().orElseThrow())
                .hasSize(2)
                .satisfies(both -> {
                    libc.close(both[0]);
                    libc.close(both[1]);
                });
        assertThat(received.waitingCount()).isEqualTo(1);
        libc.close(socket);
    }

    @Test
    @Tag("X95")
    void tooManyAtOnceAreRefusedAtTheCall() throws IOException {
        connectChannel();
        StreamDescriptors descriptors = client.carryDescriptors();
        int[] many =
                IntStream.generate(() -> sent).limit(StreamDescriptors.AT_ONCE_MAX + 1).toArray();
        Request request = new Request(error -> {});
        assertThatThrownBy(() -> descriptors.write(new byte[1], 0, 1, many, request))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("253");
        assertThatThrownBy(() -> descriptors.write(new byte[1], 0, 0, new int[1], request))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("byte");
    }

    @Test
    @Tag("R34")
    void orWithTheLoop() throws IOException {
        connectChannel();
        send(sent, sent);
        runUntil("read x");
        assertThat(Kernel.descriptors(SENT)).hasSize(3);
        loop.close();
        assertThat(Kernel.descriptors(SENT)).containsExactly(sent);
    }

    @Test
    @Tag("R34")
    void tooManyThatWaitEndTheReading() throws IOException {
        StreamHandle channel = connectChannel();
        int[] many = IntStream.generate(() -> sent).limit(128).toArray();
        int fitting = StreamDescriptors.WAITING_MAX / many.length;
        for (int count = 1; count <= fitting + 1; count++) {
            send(many);
            int expected = count;
            LoopFixture.turnUntil(loop, "read", () -> journal.count("read x") == expected);
        }
        runUntil("error read EMFILE");
        assertThat(journal.lines()).endsWith("read x", "error read EMFILE");
        assertThat(Kernel.descriptors(SENT)).hasSize(1 + StreamDescriptors.WAITING_MAX);
        assertThat(channel.isReadable()).isFalse();
    }

    @Test
    @Tag("G1")
    void anOrdinaryStreamReceivesNone() throws IOException {
        client.carryDescriptors();
        StreamHandle ordinary = connect(UnixAddress.of(folder.resolve("s")), false);
        send(sent);
        runUntil("read x");
        assertThat(Kernel.descriptors(SENT)).containsExactly(sent);
        assertThatThrownBy(ordinary::carryDescriptors)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the stream was read from already");
    }

    @Test
    @Tag("G1")
    void aChannelIsNoListener() throws IOException {
        int listener = libc.socket(Linux.AF_UNIX, Linux.SOCK_STREAM | Linux.SOCK_CLOEXEC, 0);
        byte[] path = folder.resolve("l").toString().getBytes(StandardCharsets.UTF_8);
        assertThat(libc.bind(listener, new SocketName(Linux.AF_UNIX, path, 0, 0))).isZero();
        assertThat(libc.listen(listener, 1)).isZero();
        client.carryDescriptors();
        assertInvalid(() -> client.open(listener));
        libc.close(listener);
        client.close();
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(loop.isAlive()).isFalse();
    }

    @Test
    @Tag("G1")
    void onlyUnixSocketsAreChannels() throws IOException {
        StreamHandle peer = connect(IpAddress.loopback(0), false);
        peer.readStop();
        assertInvalid(peer::carryDescriptors);
        StreamHandle channel = new StreamHandle(loop, StreamHandleTest.NOBODY);
        channel.carryDescriptors();
        Fifo fifo = new Fifo(libc, folder);
        int both = fifo.both();
        assertInvalid(() -> channel.open(both));
        libc.close(both);
        channel.connect(
                client.localAddress(), new Request(error -> journal.add(error.getMessage())));
        LoopFixture.turnUntil(
                loop,
                "refused",
                () -> journal.lines().getLast().startsWith("connect EINVAL 127.0.0.1:"));
        channel.close();
        assertThatThrownBy(channel::carryDescriptors)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the stream is closed");
    }
}
