package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.sys.Errno;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What the contracts of datagram sockets have in common: a driver without a loop, and sockets of it
 * that write down what they are told. That events come from {@link Driver#poll} only is checked
 * with every one of them.
 */
public abstract class DatagramFixture {
    static final IpAddress ANY_PORT = IpAddress.loopback(0);

    Driver driver;
    private boolean isPolling;

    /** How often the dispatcher was entered. */
    int entered;

    /** A driver without any port. */
    protected abstract Driver open();

    @BeforeEach
    void openDriver() {
        driver = open();
    }

    @AfterEach
    void closeDriver() {
        driver.close();
    }

    final void poll(long timeoutNanos) {
        isPolling = true;
        driver.poll(timeoutNanos, this::enter);
        isPolling = false;
    }

    private void enter(Guarded callback) {
        entered++;
        try {
            callback.call();
        } catch (Exception thrown) {
            callback.failed(thrown);
        }
    }

    final void pollUntil(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LoopFixture.DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("never: " + what);
            }
            poll(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** Polls so often that what is under way on the loopback interface has come. */
    final void settle() {
        for (int round = 0; round < 5; round++) {
            poll(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** A socket of the family of {@code address}, not bound yet. */
    final End open(IpAddress address) {
        try {
            return new End(driver.datagram(address));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A socket bound to any port of {@code address}. */
    final End bound(IpAddress address) {
        End end = open(address);
        assertThat(driver.bind(end.port, address)).isZero();
        return end;
    }

    /** A socket bound to 127.0.0.1 that receives. */
    final End reading() {
        End end = bound(ANY_PORT);
        driver.readStart(end.port);
        return end;
    }

    /** One socket, and what it was told. */
    class End implements PortEvents {
        final Port port;
        final List<String> seen = new ArrayList<>();
        final List<Address> senders = new ArrayList<>();

        End(Port port) {
            this.port = port;
            port.attach(this);
        }

        void see(String line) {
            assertThat(isPolling).as("%s comes from poll", line).isTrue();
            seen.add(line);
        }

        @Override
        public void onDatagram(
                byte[] array, int offset, int length, Address from, boolean isTruncated) {
            senders.add(from);
            String text = new String(array, offset, length, StandardCharsets.UTF_8);
            see(isTruncated ? text + "..." : text);
        }

        @Override
        public void onDatagramError(int errno) {
            see("error " + Errno.name(errno));
        }

        @Override
        public void onNoBuffer() {
            see("no buffer");
        }

        @Override
        public void onWritable() {
            see("writable");
        }

        @Override
        public void failed(Throwable thrown) {
            see("failed " + thrown.getMessage());
        }

        IpAddress address() {
            return (IpAddress) driver.localAddress(port);
        }

        int trySend(String text, @Nullable IpAddress to) {
            byte[] bytes = ("(" + text + ")").getBytes(StandardCharsets.UTF_8);
            return driver.trySend(port, bytes, 1, bytes.length - 2, to);
        }

        /** Sends to an address, or, with null, to the peer it is connected to. */
        End send(String text, @Nullable IpAddress to) {
            assertThat(trySend(text, to)).isEqualTo(text.length());
            return this;
        }

        End send(String text, End to) {
            return send(text, to.address());
        }

        void connect(End to) {
            assertThat(driver.connect(port, to.address())).isZero();
        }

        /** Polls until it has seen exactly these, in this order. */
        void expect(String... lines) {
            pollUntil(lines.length + " of " + seen, () -> seen.size() >= lines.length);
            assertThat(seen).containsExactly(lines);
        }
    }
}
