package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.sys.Errno;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the tests of {@link Driver}'s promises have in common. A driver's own test class says how to
 * {@link #open} it: {@link StreamContracts} for streams, {@link DriverChannelContract} for
 * channels, {@link DatagramContract}, {@link DatagramBufferContract} and {@link MulticastContract}
 * for datagrams.
 *
 * <p>Both ends of every connection are ports of the one driver, so that a simulated network will do
 * as well. That events come from {@link Driver#poll} only and through its dispatcher (promises 2
 * and 3) is checked with every event of every test.
 */
public abstract class DriverContract {
    public Driver driver;

    /** The callback that the driver has entered. */
    private Guarded entered;

    private boolean isPolling;

    /** A driver without any port. */
    protected abstract Driver open();

    /** Where a listener of the tests binds to. */
    protected Address listenAddress() {
        return IpAddress.loopback(0);
    }

    /** Takes so long that whatever is under way between two ports has arrived. */
    protected void settle() {
        for (int round = 0; round < 5; round++) {
            poll();
        }
    }

    @BeforeEach
    void openDriver() {
        driver = open();
    }

    @AfterEach
    void closeDriver() {
        driver.close();
    }

    /** Dispatches what is there now. */
    public final void poll() {
        poll(0);
    }

    public final void poll(long timeoutNanos) {
        poll(timeoutNanos, this::enter);
    }

    public final void poll(long timeoutNanos, Driver.Dispatcher dispatcher) {
        isPolling = true;
        driver.poll(timeoutNanos, dispatcher);
        isPolling = false;
    }

    /** What a loop's trampoline does: what a callback throws goes to its own {@code failed}. */
    public final void enter(Guarded callback) {
        entered = callback;
        try {
            callback.call();
        } catch (Throwable thrown) {
            callback.failed(thrown);
        }
        entered = null;
    }

    /** Polls until {@code condition} holds; fails after the deadline. */
    public final void expect(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LoopFixture.DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("never: " + what);
            }
            poll(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** Polls until {@code end} has reported {@code line}. */
    public final void expect(End end, String line) {
        expect(line + " of " + end.seen, () -> end.seen.contains(line));
    }

    /** One end, with what its port reports written down, and what is accepted kept. */
    public class End implements PortEvents {
        public final Port port;
        public final List<String> seen = new ArrayList<>();
        public final List<End> accepted = new ArrayList<>();
        public final Bytes received = new Bytes();
        public final List<Integer> descriptors = new ArrayList<>();

        public End(Port port) {
            this.port = port;
            port.attach(this);
        }

        public void see(String line) {
            assertThat(isPolling).as("%s comes from poll", line).isTrue();
            assertThat(entered).as("%s comes through the dispatcher", line).isNotNull();
            seen.add(line);
        }

        @Override
        public void onAccept(Port connection) {
            accepted.add(new End(connection));
            see("accept");
        }

        @Override
        public void onAcceptError(int errno, int shed) {
            see("accept error " + Errno.name(errno));
        }

        @Override
        public void onConnect(int errno) {
            see("connect " + errno);
        }

        @Override
        public void onWritable() {
            see("writable");
        }

        @Override
        public void onRead(byte[] array, int offset, int length) {
            received.add(array, offset, length);
            see("read " + length);
        }

        @Override
        public void onDescriptors(int[] arrived) {
            IntStream.of(arrived).forEach(descriptors::add);
            see("descriptors " + arrived.length);
        }

        @Override
        public void onNoBuffer() {
            see("no buffer");
        }

        @Override
        public void onEnd() {
            see("end");
        }

        @Override
        public void onReadError(int errno) {
            see("read error " + Errno.name(errno));
        }

        @Override
        public void onPeerClosed(int errno) {
            see("peer closed " + errno);
        }

        @Override
        public void onWritten(int errno) {
            see("written " + errno);
        }

        @Override
        public void failed(Throwable thrown) {
            if (thrown instanceof Error error) {
                throw error;
            }
            seen.add("failed " + thrown.getMessage());
        }

        /** Writes what is taken at once, which has to be all of it. */
        public End send(String text) {
            byte[] bytes = Bytes.of(text);
            assertThat(driver.tryWrite(port, bytes, 0, bytes.length)).isEqualTo(bytes.length);
            return this;
        }

        public End read() {
            driver.readStart(port);
            return this;
        }

        public String text() {
            return received.text();
        }

        public long count(String line) {
            return seen.stream().filter(line::equals).count();
        }
    }

    /** Two ends of one connection; {@code server} was accepted. */
    public record Pair(End client, End server) {}

    public End newEnd() {
        try {
            return new End(driver.socket(listenAddress()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Bound and listening, and not accepting yet. */
    public End listener() {
        End listener = newEnd();
        assertThat(driver.bind(listener.port, listenAddress())).isZero();
        assertThat(driver.listen(listener.port, 128)).isZero();
        return listener;
    }

    /** Listening and accepting one connection a wake-up. */
    public End accepting() {
        End listener = listener();
        driver.acceptStart(listener.port, 1);
        return listener;
    }

    /** An end that connects to {@code listener}, or is connected already. */
    public End connecting(End listener) {
        End client = newEnd();
        connect(client, driver.localAddress(listener.port));
        return client;
    }

    /** An answer at once is written down as if it had been told later. */
    public void connect(End client, Address to) {
        int result = driver.connect(client.port, to);
        if (result != -Errno.EINPROGRESS) {
            client.seen.add("connect " + -result);
        }
    }

    /** A connection through {@code listener}, which accepts. */
    public Pair pair(End listener) {
        int before = listener.accepted.size();
        End client = connecting(listener);
        expect(client, "connect 0");
        expect("the connection is accepted", () -> listener.accepted.size() > before);
        return new Pair(client, listener.accepted.getLast());
    }

    public Pair pair() {
        End listener = accepting();
        Pair pair = pair(listener);
        driver.close(listener.port);
        return pair;
    }
}
