package dev.millrace.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the contracts of datagram sockets have in common. */
public abstract class DatagramFixture extends DriverContract {
    public static final IpAddress ANY_PORT = IpAddress.loopback(0);

    /** A socket of the family of {@code address}, not bound yet. */
    public final Socket open(IpAddress address) {
        try {
            return new Socket(driver.datagram(address));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A socket bound to any port of {@code address}. */
    public final Socket bound(IpAddress address) {
        Socket socket = open(address);
        assertThat(driver.bind(socket.port, address)).isZero();
        return socket;
    }

    /** A socket bound to 127.0.0.1 that receives. */
    public final Socket reading() {
        Socket socket = bound(ANY_PORT);
        driver.readStart(socket.port);
        return socket;
    }

    /** A socket, with what its port reports written down, and who has sent it. */
    public class Socket extends End {
        final List<Address> senders = new ArrayList<>();

        Socket(Port port) {
            super(port);
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
        public void onWritable() {
            see("writable");
        }

        IpAddress address() {
            return (IpAddress) driver.localAddress(port);
        }

        int trySend(String text, @Nullable IpAddress to) {
            byte[] bytes = ("(" + text + ")").getBytes(StandardCharsets.UTF_8);
            return driver.trySend(port, bytes, 1, bytes.length - 2, to);
        }

        /** Sends to an address, or, with null, to the peer it is connected to. */
        Socket send(String text, @Nullable IpAddress to) {
            assertThat(trySend(text, to)).isEqualTo(text.length());
            return this;
        }

        Socket send(String text, Socket to) {
            return send(text, to.address());
        }

        void connect(Socket to) {
            assertThat(driver.connect(port, to.address())).isZero();
        }

        /** Polls until it has seen exactly these, in this order. */
        void expect(String... lines) {
            DatagramFixture.this.expect(
                    lines.length + " of " + seen, () -> seen.size() >= lines.length);
            assertThat(seen).containsExactly(lines);
        }
    }
}
