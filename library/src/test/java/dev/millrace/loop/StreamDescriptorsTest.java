package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.ForwardingDriver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import dev.millrace.sys.Libc;
import dev.millrace.sys.Linux;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RecordedEvents;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Writes with descriptors over a kernel that refuses them for a while, or takes a byte at a time.
 */
@Tag("epoll")
class StreamDescriptorsTest {
    private final Libc libc = new Libc();
    private final int sent = libc.open("/dev/zero", Linux.O_RDONLY);
    private final Journal journal = new Journal();
    private final Kernels driver = new Kernels();
    private final Loop loop = Loop.on(driver);
    private final StreamHandle client = new StreamHandle(loop, new RecordedEvents(new Journal()));
    private StreamHandle server;

    /** Time passes in polls alone. */
    private static final class Kernels extends ForwardingDriver {
        private final List<Integer> answers = new ArrayList<>();
        private int sends;
        private long nanos;
        private long rested;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void poll(long timeoutNanos, Dispatcher dispatcher) {
            nanos += Math.max(0, timeoutNanos);
            rested = Math.max(rested, timeoutNanos);
            super.poll(0, dispatcher);
        }

        @Override
        public int sendDescriptors(
                Port port, byte[] array, int offset, int length, int... descriptors) {
            sends++;
            int answer = answers.isEmpty() ? length : answers.removeFirst();
            return answer < 0
                    ? answer
                    : super.sendDescriptors(port, array, offset, answer, descriptors);
        }
    }

    @AfterEach
    void close() {
        loop.close();
        assertThat(Kernel.descriptors("/dev/zero")).containsExactly(sent);
        libc.close(sent);
        libc.close();
    }

    private StreamDescriptors connect() throws IOException {
        ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
        listener.bind(UnixAddress.of("@millrace-rest-" + ProcessHandle.current().pid()));
        listener.listen(stream -> {
            server = stream;
            stream.owner(new RecordedEvents(journal));
            listener.close();
        });
        StreamDescriptors descriptors = client.carryDescriptors();
        client.connect(listener.localAddress(), new Request(error -> {}));
        LoopFixture.pollUntil(loop, "accepted", () -> server != null && client.isConnected());
        server.carryDescriptors();
        server.readStart();
        return descriptors;
    }

    private Request told(String name) {
        return new Request(error -> journal.add(name + " " + error));
    }

    private void until(String line) {
        LoopFixture.pollUntil(
                loop,
                line,
                () -> {
                    loop.run(RunMode.ONCE);
                    return journal.count(line) > 0;
                });
    }

    @Test
    @Tag("X95")
    void tooManyOnTheirWayAreTriedAgainAfterARest() throws IOException {
        StreamDescriptors descriptors = connect();
        driver.answers.addAll(List.of(-Errno.ETOOMANYREFS, -Errno.ETOOMANYREFS));
        descriptors.write(new byte[] {'a'}, 0, 1, new int[] {sent}, told("first"));
        client.write(new byte[] {'b'}, 0, 1, told("second"));
        assertThat(client.queuedBytes()).isEqualTo(2);
        until("second null");
        assertThat(driver.sends).isEqualTo(3);
        assertThat(driver.rested).isEqualTo(StreamDescriptors.REST.toNanos());
        assertThat(journal.lines().indexOf("first null"))
                .isLessThan(journal.lines().indexOf("second null"));
        LoopFixture.pollUntil(loop, "read", () -> server.bytesRead() == 2);
        assertThat(server.carryDescriptors().waitingCount()).isEqualTo(1);
    }

    @Test
    @Tag("F4")
    @Tag("R34")
    void aPartialWriteSendsThemOnce() throws IOException {
        StreamDescriptors descriptors = connect();
        driver.answers.addAll(List.of(-Errno.EAGAIN, 1));
        descriptors.write("abc".getBytes(), 0, 3, new int[] {sent, sent}, told("all"));
        until("all null");
        LoopFixture.pollUntil(loop, "read", () -> server.bytesRead() == 3);
        assertThat(driver.sends).as("refused, then with the first byte").isEqualTo(2);
        assertThat(server.carryDescriptors().waitingCount()).isEqualTo(2);
    }

    @Test
    @Tag("X95")
    void aStreamThatIsClosedDoesNotTryAgain() throws IOException {
        StreamDescriptors descriptors = connect();
        driver.answers.add(-Errno.ETOOMANYREFS);
        descriptors.write(new byte[] {'a'}, 0, 1, new int[] {sent}, told("first"));
        client.close();
        server.close();
        LoopFixture.pollUntil(
                loop,
                "told",
                () -> {
                    loop.run(RunMode.NOWAIT);
                    return !journal.lines().isEmpty();
                });
        assertThat(journal.lines().getFirst()).contains("ECANCELED");
        assertThat(loop.run(RunMode.DEFAULT)).isFalse();
        assertThat(driver.sends).isEqualTo(1);
    }

    @Test
    void whatIsBeyondTheLimitIsNotTaken() throws IOException {
        StreamDescriptors descriptors = connect();
        client.writeLimit(client.writeLimit().withMaxQueuedBytes(1));
        driver.answers.add(-Errno.ETOOMANYREFS);
        assertThat(descriptors.write(new byte[2], 0, 2, new int[] {sent}, told("first"))).isTrue();
        Request second = told("second");
        assertThat(descriptors.write(new byte[1], 0, 1, new int[] {sent}, second)).isFalse();
        assertThat(second.kind()).isNull();
        until("first null");
    }
}
