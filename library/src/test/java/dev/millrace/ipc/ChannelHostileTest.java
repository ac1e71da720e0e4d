package dev.millrace.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Descriptor;
import dev.millrace.loop.Request;
import dev.millrace.loop.StreamDescriptors;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Kernel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A peer that writes bytes by itself. */
@Tag("epoll")
@Tag("X96")
class ChannelHostileTest {
    private static final String SENT = "/dev/zero";
    private static final byte[] TABLE = {1, 0, 0, 0, 0};

    private final ChannelPair pair =
            new ChannelPair(
                    ChannelOptions.DEFAULTS.withMessageMaxBytes(131072).withDescriptorsMax(4),
                    false);
    private final Libc libc = new Libc();
    private final int sent = libc.open(SENT, Linux.O_RDONLY | Linux.O_CLOEXEC);
    private StreamDescriptors descriptors;

    @AfterEach
    void close() {
        pair.close();
        assertThat(Kernel.descriptors(SENT)).as("nothing leaks").containsExactly(sent);
        libc.close(sent);
        libc.close();
    }

    private void receive() throws IOException {
        descriptors = pair.raw.descriptors().carry();
        pair.raw
                .onError(error -> {})
                .onData(data -> {
                    for (; data.hasRemaining(); data.get()) {
                        if (data.remaining() == 1) {
                            pair.journal.add("outcome " + data.get(data.position()));
                        }
                    }
                });
        pair.right.onMessage(message -> {
            pair.journal.add(message.text() + " " + message.kinds());
            message.take().forEach(one -> ((Passable.Open) one).descriptor().close());
        });
    }

    private void write(byte[] bytes, int... numbers) {
        descriptors.write(bytes, 0, bytes.length, numbers, new Request(error -> {}));
    }

    private static byte[] frame(byte type, int carried, byte[]... parts) {
        return Frame.encode(type, carried, parts);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void assertDropped(String why) {
        pair.until("dropped", () -> pair.journal.lines().contains("right closed"));
        assertThat(pair.journal.lines())
                .anyMatch(line ->
                        line.startsWith("right error read ERR_CHANNEL_FRAME: ")
                                && line.contains(why));
    }

    @Test
    void framesMayBeCutAndJoinedAnywhereAndKeepTheirDescriptors() throws IOException {
        receive();
        byte[] plain = frame(Frame.TEXT, 0, text("plain"));
        byte[] with = frame(Frame.TEXT, 1, TABLE, text("with"));
        for (int cut = 1; cut < with.length; cut++) {
            // The descriptor is with the first byte of the second frame.
            pair.raw.write(plain);
            write(Arrays.copyOf(with, cut), sent);
            pair.turns();
            byte[] rest = Arrays.copyOfRange(with, cut, with.length);
            ByteBuffer both = ByteBuffer.allocate(rest.length + plain.length);
            pair.raw.write(both.put(rest).put(plain).flip());
            int expected = cut;
            pair.until("taken", () -> pair.journal.count("outcome 0") == expected);
        }
        int count = with.length - 1;
        assertThat(pair.journal.count("with [FILE]")).isEqualTo(count);
        assertThat(pair.journal.count("plain []")).isEqualTo(2 * count);
    }

    static Stream<byte[]> nonsense() {
        return Stream.of(
                new byte[] {-1, -1, -1, -1, 0, 0, 0, 0},
                new byte[] {0, 2, 0, 1, 0, 0, 0, 0},
                new byte[] {0, 0, 0, 0, 4, 0, 0, 0},
                new byte[] {0, 0, 0, 0, -1, 0, 0, 0},
                new byte[] {0, 0, 0, 0, 0, 0, 0, 1},
                frame(Frame.TEXT, 1, TABLE, text("without")),
                frame(Frame.OUTCOME, 0, new byte[] {0}),
                frame(Frame.OUTCOME, 0),
                frame(Frame.CARRIES, 0),
                text("GET / HTTP/1.1\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource("nonsense")
    void nonsenseDropsThePeer(byte[] bytes) throws IOException {
        receive();
        pair.raw.write(bytes);
        assertDropped("");
    }

    @Test
    void descriptorsThatNoFrameAnnouncesDropThePeer() throws IOException {
        receive();
        write(frame(Frame.TEXT, 0, text("plain")), sent);
        assertDropped("no frame has announced");
    }

    @Test
    void anotherNumberOfThemDropsThePeer() throws IOException {
        receive();
        write(frame(Frame.TEXT, 2, TABLE, TABLE), sent);
        assertDropped("1 descriptors, not 2");
    }

    @Test
    void aTableThatDoesNotFitDropsThePeer() throws IOException {
        receive();
        write(frame(Frame.TEXT, 2, TABLE, new byte[] {1, 0, 0, 0, 9}), sent, sent);
        assertDropped("table");
    }

    @Test
    void tooManyInOneMessageDropThePeer() throws IOException {
        receive();
        byte[] two = frame(Frame.CARRIES, 2, TABLE, TABLE);
        write(two, sent, sent);
        write(two, sent, sent);
        write(two, sent, sent);
        assertDropped("6 descriptors in a message, at most 4");
    }

    @Test
    void aMessageThatGrowsByItsPartsDropsThePeer() throws IOException {
        receive();
        byte[] entry = new byte[100_005];
        ByteBuffer.wrap(entry).put((byte) 1).putInt(100_000);
        write(frame(Frame.CARRIES, 1, entry), sent);
        write(frame(Frame.CARRIES, 1, entry), sent);
        assertDropped("several frames");
    }

    @Test
    void theEndInTheMiddleIsAnError() throws IOException {
        receive();
        write(Arrays.copyOf(frame(Frame.TEXT, 1, TABLE, text("cut")), 12), sent);
        pair.turns();
        pair.raw.end();
        assertDropped("the end in the middle");
    }

    @Test
    void anAnnouncedSizeIsNotReserved() throws IOException {
        receive();
        pair.raw.write(new byte[] {0, 1, -1, -1, 0, 0, 0, 0, 'x'});
        pair.turns();
        assertThat(pair.right.isOpen()).as("it waits for the rest").isTrue();
        Descriptor.of(libc.fcntl(sent, Linux.F_DUPFD_CLOEXEC, 0)).close();
    }
}
