package dev.millrace.driver;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.Readiness;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.loop.DriverLoops;
import java.io.Closeable;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Another driver, call by call: a test overrides what it wants to see or to change. What {@link
 * Driver} answers by default is forwarded as well, which {@link ForwardingDriverTest} checks.
 */
public class ForwardingDriver implements Driver {
    private final Driver real;

    /** The machine's own driver. */
    public ForwardingDriver() {
        this(DriverLoops.open());
    }

    /** {@code real} as it is. */
    public ForwardingDriver(Driver real) {
        this.real = real;
    }

    @Override
    public String name() {
        return real.name();
    }

    @Override
    public boolean supports(Capability capability) {
        return real.supports(capability);
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }

    @Override
    public void poll(long timeoutNanos, Dispatcher dispatcher) {
        real.poll(timeoutNanos, dispatcher);
    }

    @Override
    public void sendsFrom(byte[] array) {
        real.sendsFrom(array);
    }

    @Override
    public void wakeUp() {
        real.wakeUp();
    }

    @Override
    public Port socket(Address address) throws IOException {
        return real.socket(address);
    }

    @Override
    public Port datagram(Address address) throws IOException {
        return real.datagram(address);
    }

    @Override
    public Port open(int descriptor) throws IOException {
        return real.open(descriptor);
    }

    @Override
    public Port openConnection(int descriptor) throws IOException {
        return real.openConnection(descriptor);
    }

    @Override
    public Port watch(int descriptor) throws IOException {
        return real.watch(descriptor);
    }

    @Override
    public int bind(Port port, Address address) {
        return real.bind(port, address);
    }

    @Override
    public int listen(Port port, int backlog) {
        return real.listen(port, backlog);
    }

    @Override
    public void acceptStart(Port port, int perWakeUp) {
        real.acceptStart(port, perWakeUp);
    }

    @Override
    public void acceptStop(Port port) {
        real.acceptStop(port);
    }

    @Override
    public int connect(Port port, Address address) {
        return real.connect(port, address);
    }

    @Override
    public int disconnect(Port port) {
        return real.disconnect(port);
    }

    @Override
    public void readStart(Port port) {
        real.readStart(port);
    }

    @Override
    public void readStop(Port port) {
        real.readStop(port);
    }

    @Override
    public boolean endsByClose(Port port) {
        return real.endsByClose(port);
    }

    @Override
    public boolean sendsFiles(Port port) {
        return real.sendsFiles(port);
    }

    @Override
    public int trySendFile(Port port, FileRegion region, int offset, int length) {
        return real.trySendFile(port, region, offset, length);
    }

    @Override
    public int tryWrite(Port port, byte[] array, int offset, int length) {
        return real.tryWrite(port, array, offset, length);
    }

    @Override
    public void write(Port port, byte[] array, int offset, int length) {
        real.write(port, array, offset, length);
    }

    @Override
    public int carryDescriptors(Port port) {
        return real.carryDescriptors(port);
    }

    @Override
    public int sendDescriptors(
            Port port, byte[] array, int offset, int length, int... descriptors) {
        return real.sendDescriptors(port, array, offset, length, descriptors);
    }

    @Override
    public int duplicate(Port port) throws IOException {
        return real.duplicate(port);
    }

    @Override
    public int release(Port port) {
        return real.release(port);
    }

    @Override
    public void closeDescriptors(int... descriptors) {
        real.closeDescriptors(descriptors);
    }

    @Override
    public int trySend(Port port, byte[] array, int offset, int length, @Nullable Address to) {
        return real.trySend(port, array, offset, length, to);
    }

    @Override
    public void awaitWritable(Port port) {
        real.awaitWritable(port);
    }

    @Override
    public int membership(
            Port port,
            IpAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable IpAddress source,
            boolean isJoining) {
        return real.membership(port, group, networkInterface, source, isJoining);
    }

    @Override
    public int multicastInterface(Port port, NetworkInterface networkInterface) {
        return real.multicastInterface(port, networkInterface);
    }

    @Override
    public void watchStart(Port port, Set<Readiness> interest) {
        real.watchStart(port, interest);
    }

    @Override
    public void watchStop(Port port) {
        real.watchStop(port);
    }

    @Override
    public int shutdown(Port port) {
        return real.shutdown(port);
    }

    @Override
    public @Nullable Address localAddress(Port port) {
        return real.localAddress(port);
    }

    @Override
    public @Nullable Address remoteAddress(Port port) {
        return real.remoteAddress(port);
    }

    @Override
    public int setOption(Port port, KernelOption option, int value) {
        return real.setOption(port, option, value);
    }

    @Override
    public int getOption(Port port, KernelOption option) {
        return real.getOption(port, option);
    }

    @Override
    public void close(Port port) {
        real.close(port);
    }

    @Override
    public void reset(Port port) {
        real.reset(port);
    }

    @Override
    public int chmod(UnixAddress path, int mode) {
        return real.chmod(path, mode);
    }

    @Override
    public void unlink(UnixAddress path) {
        real.unlink(path);
    }

    @Override
    public @Nullable SocketFile file(UnixAddress path) {
        return real.file(path);
    }

    @Override
    public Closeable lock(UnixAddress path) throws IOException {
        return real.lock(path);
    }

    @Override
    public Shared share(Port port) throws IOException {
        return real.share(port);
    }

    @Override
    public Shared detach(Port port) throws IOException {
        return real.detach(port);
    }

    @Override
    public Port adopt(Shared shared) throws IOException {
        return real.adopt(shared);
    }

    @Override
    public void close() {
        real.close();
    }
}
