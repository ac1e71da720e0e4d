package dev.millrace.loop;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.driver.SocketFile;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.UnixAddress;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/**
 * A kernel with one connection, on which the same message arrives in every turn, and which takes
 * every byte.
 */
final class OneConnectionDriver implements Driver {
    private final byte[] received = new byte[RECEIVE_MAX_BYTES];
    private final int messageBytes;
    private final Connection connection = new Connection();
    private final Listener listener = new Listener();
    private boolean isAccepted;
    private boolean isReading;
    private long sentBytes;

    OneConnectionDriver(int messageBytes) {
        this.messageBytes = messageBytes;
    }

    long sentBytes() {
        return sentBytes;
    }

    private final class Connection extends Port {
        @Override
        public void call() {
            events().onRead(received, 0, messageBytes);
        }
    }

    private final class Listener extends Port {
        @Override
        public void call() {
            events().onAccept(connection);
        }
    }

    @Override
    public void poll(long timeoutNanos, Dispatcher dispatcher) {
        if (!isAccepted) {
            isAccepted = true;
            dispatcher.enter(listener);
        } else if (isReading) {
            dispatcher.enter(connection);
        }
    }

    @Override
    public int tryWrite(Port port, byte[] array, int offset, int length) {
        sentBytes += length;
        return length;
    }

    @Override
    public void readStart(Port port) {
        isReading = true;
    }

    @Override
    public void readStop(Port port) {
        isReading = false;
    }

    @Override
    public String name() {
        return "one connection";
    }

    @Override
    public boolean supports(Capability capability) {
        return false;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void wakeUp() {}

    @Override
    public Port socket(Address address) {
        return listener;
    }

    @Override
    public int bind(Port port, Address address) {
        return 0;
    }

    @Override
    public int listen(Port port, int backlog) {
        return 0;
    }

    @Override
    public void acceptStart(Port port, int perWakeUp) {}

    @Override
    public void acceptStop(Port port) {}

    @Override
    public int connect(Port port, Address address) {
        return 0;
    }

    @Override
    public void write(Port port, byte[] array, int offset, int length) {}

    @Override
    public int shutdown(Port port) {
        return 0;
    }

    @Override
    public @Nullable Address localAddress(Port port) {
        return null;
    }

    @Override
    public @Nullable Address remoteAddress(Port port) {
        return null;
    }

    @Override
    public int setOption(Port port, KernelOption option, int value) {
        return 0;
    }

    @Override
    public int getOption(Port port, KernelOption option) {
        return 0;
    }

    @Override
    public void close(Port port) {}

    @Override
    public void reset(Port port) {}

    @Override
    public void unlink(UnixAddress path) {}

    @Override
    public @Nullable SocketFile file(UnixAddress path) {
        return null;
    }

    @Override
    public Closeable lock(UnixAddress path) {
        return () -> {};
    }

    @Override
    public void close() {}
}
