package dev.millrace.driver;

import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.Readiness;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The machine's own driver, watched: which calls the loop made, with which timeouts it polled, and
 * a lie or two for what this machine cannot show. Its records are read on the loop's thread, or
 * after the loop has ended.
 */
public final class RecordingDriver extends ForwardingDriver {
    /** What {@link #withPoison} leaves behind. */
    public static final byte POISON = (byte) 0xDD;

    private final List<String> calls = new ArrayList<>();
    private final List<Long> timeouts = new ArrayList<>();
    private LongConsumer beforePoll = timeout -> {};
    private LoopFixture.Task beforeChmod = () -> {};
    private @Nullable Random shortWrites;
    private byte @Nullable [] poison;
    private boolean hasNoIpv6;
    private boolean sharesConnections;
    private final Map<Object, Integer> refused = new HashMap<>();
    private int datagramsAtOnce = Integer.MAX_VALUE;
    private int datagramsLeft = Integer.MAX_VALUE;
    private boolean isTimeVirtual;
    private boolean isTimeStopped;
    private int dispatched;
    private long virtualNanos;
    private volatile int wakeUps;

    /** The kernel refuses to set {@code what} if that is an option, or the call of that name. */
    public RecordingDriver refuse(Object what, int errno) {
        refused.put(what, -errno);
        return this;
    }

    /** Every call but poll and the clock, in order: name and what matters of its arguments. */
    public List<String> calls() {
        return calls;
    }

    /** The calls that begin with {@code name}. */
    public List<String> calls(String name) {
        return calls.stream().filter(call -> call.startsWith(name)).toList();
    }

    /** The timeout of every poll in nanoseconds, in order. */
    public List<Long> timeouts() {
        return timeouts;
    }

    /** How many events polls have reported. */
    public int dispatched() {
        return dispatched;
    }

    /** How often another thread had to wake the loop. */
    public int wakeUps() {
        return wakeUps;
    }

    /** Told the timeout of each poll right before it waits. */
    public void beforePoll(LongConsumer hook) {
        beforePoll = hook;
    }

    /** Done right before a file's mode is set. */
    public void beforeChmod(LoopFixture.Task hook) {
        beforeChmod = hook;
    }

    /** Behaves as a kernel without IPv6 from now on. */
    public RecordingDriver withoutIpv6() {
        hasNoIpv6 = true;
        return this;
    }

    /** Takes so many datagrams, then none until somebody has waited for it. */
    public RecordingDriver withDatagramsAtOnce(int count) {
        datagramsAtOnce = count;
        datagramsLeft = count;
        return this;
    }

    /** From now on what is lent for the duration of a call is overwritten when that is over. */
    public RecordingDriver withPoison() {
        poison = new byte[Driver.RECEIVE_MAX_BYTES];
        return this;
    }

    private void spoil() {
        if (poison != null) {
            Arrays.fill(poison, POISON);
        }
    }

    /** From now on an attempt to write takes as much as {@code chance} says, often nothing. */
    public RecordingDriver withShortWrites(Random chance) {
        shortWrites = chance;
        return this;
    }

    /** From now on time stands still, but that a poll with a timeout jumps to its end at once. */
    public RecordingDriver withVirtualTime() {
        isTimeVirtual = true;
        return this;
    }

    /** From now on time stands still until {@link #passMillis}; a poll waits for events alone. */
    public RecordingDriver withStoppedTime() {
        isTimeStopped = true;
        return withVirtualTime();
    }

    /** Lets so many milliseconds pass, as a callback that computes for long would. */
    public void passMillis(long millis) {
        virtualNanos += millis * 1_000_000;
    }

    @Override
    public long nanoTime() {
        return isTimeVirtual ? virtualNanos : super.nanoTime();
    }

    @Override
    public void poll(long timeoutNanos, Dispatcher dispatcher) {
        timeouts.add(timeoutNanos);
        beforePoll.accept(timeoutNanos);
        Dispatcher watching =
                callback -> {
                    dispatched++;
                    dispatcher.enter(callback);
                    spoil();
                };
        if (timeoutNanos <= 0 || !isTimeVirtual) {
            super.poll(timeoutNanos, watching);
        } else if (isTimeStopped) {
            super.poll(-1, watching);
        } else {
            virtualNanos += timeoutNanos;
            super.poll(0, watching);
        }
    }

    @Override
    public void wakeUp() {
        wakeUps++;
        super.wakeUp();
    }

    @Override
    public Port socket(Address address) throws IOException {
        calls.add("socket");
        checkFamily(address);
        return super.socket(address);
    }

    private void checkFamily(Address address) throws IOException {
        if (hasNoIpv6 && address instanceof IpAddress ip && ip.family().equals("IPv6")) {
            throw SystemError.of(Errno.EAFNOSUPPORT, "socket");
        }
    }

    @Override
    public Port datagram(Address address) throws IOException {
        calls.add("datagram");
        checkFamily(address);
        return super.datagram(address);
    }

    @Override
    public Port open(int descriptor) throws IOException {
        calls.add("open");
        return super.open(descriptor);
    }

    @Override
    public Port watch(int descriptor) throws IOException {
        calls.add("watch");
        return super.watch(descriptor);
    }

    @Override
    public int bind(Port port, Address address) {
        calls.add("bind");
        return super.bind(port, address);
    }

    @Override
    public int listen(Port port, int backlog) {
        calls.add("listen " + backlog);
        return super.listen(port, backlog);
    }

    @Override
    public void acceptStart(Port port, int perWakeUp) {
        calls.add("acceptStart");
        super.acceptStart(port, perWakeUp);
    }

    @Override
    public void acceptStop(Port port) {
        calls.add("acceptStop");
        super.acceptStop(port);
    }

    @Override
    public int connect(Port port, Address address) {
        calls.add("connect");
        return super.connect(port, address);
    }

    @Override
    public int disconnect(Port port) {
        calls.add("disconnect");
        return super.disconnect(port);
    }

    @Override
    public void readStart(Port port) {
        calls.add("readStart");
        byte[] lent = poison;
        if (lent != null && port.bufferSource() == null) {
            port.bufferSource(suggested -> {
                spoil();
                return ByteBuffer.wrap(lent);
            });
        }
        super.readStart(port);
    }

    @Override
    public void readStop(Port port) {
        calls.add("readStop");
        super.readStop(port);
    }

    @Override
    public int tryWrite(Port port, byte[] array, int offset, int length) {
        calls.add("tryWrite " + length);
        int taken = length;
        if (shortWrites != null) {
            taken = shortWrites.nextInt(3) == 0 ? 0 : shortWrites.nextInt(length + 1);
        }
        return super.tryWrite(port, array, offset, taken);
    }

    @Override
    public void write(Port port, byte[] array, int offset, int length) {
        calls.add("write " + length);
        super.write(port, array, offset, length);
    }

    @Override
    public int trySendFile(Port port, FileRegion region, int offset, int length) {
        calls.add("trySendFile " + length);
        return super.trySendFile(port, region, offset, length);
    }

    @Override
    public int trySend(Port port, byte[] array, int offset, int length, @Nullable Address to) {
        calls.add("trySend " + length);
        if (datagramsLeft-- <= 0) {
            return -Errno.EAGAIN;
        }
        return super.trySend(port, array, offset, length, to);
    }

    @Override
    public int carryDescriptors(Port port) {
        calls.add("carryDescriptors");
        return super.carryDescriptors(port);
    }

    @Override
    public void closeDescriptors(int... descriptors) {
        calls.add("closeDescriptors " + descriptors.length);
        super.closeDescriptors(descriptors);
    }

    @Override
    public void awaitWritable(Port port) {
        calls.add("awaitWritable");
        datagramsLeft = datagramsAtOnce;
        super.awaitWritable(port);
    }

    @Override
    public int membership(
            Port port,
            IpAddress group,
            @Nullable NetworkInterface networkInterface,
            @Nullable IpAddress source,
            boolean isJoining) {
        calls.add("membership");
        return super.membership(port, group, networkInterface, source, isJoining);
    }

    @Override
    public int multicastInterface(Port port, NetworkInterface networkInterface) {
        calls.add("multicastInterface");
        return super.multicastInterface(port, networkInterface);
    }

    @Override
    public void watchStart(Port port, Set<Readiness> interest) {
        calls.add("watchStart " + interest);
        super.watchStart(port, interest);
    }

    @Override
    public void watchStop(Port port) {
        calls.add("watchStop");
        super.watchStop(port);
    }

    /** Other descriptors seem to lead to every connection. */
    public RecordingDriver withSharedConnections() {
        sharesConnections = true;
        return this;
    }

    @Override
    public boolean endsByClose(Port port) {
        return !sharesConnections && super.endsByClose(port);
    }

    @Override
    public int shutdown(Port port) {
        calls.add("shutdown");
        return refused.containsKey("shutdown") ? refused.get("shutdown") : super.shutdown(port);
    }

    @Override
    public int setOption(Port port, KernelOption option, int value) {
        calls.add("setOption " + option + " " + value);
        Integer refusal = refused.get(option);
        return refusal == null ? super.setOption(port, option, value) : refusal;
    }

    @Override
    public int getOption(Port port, KernelOption option) {
        calls.add("getOption " + option);
        return super.getOption(port, option);
    }

    @Override
    public int chmod(UnixAddress path, int mode) {
        calls.add("chmod");
        try {
            beforeChmod.run();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
        return refused.containsKey("chmod") ? refused.get("chmod") : super.chmod(path, mode);
    }

    @Override
    public Shared detach(Port port) throws IOException {
        calls.add("detach");
        return super.detach(port);
    }

    @Override
    public void close(Port port) {
        calls.add("close");
        super.close(port);
    }

    @Override
    public void reset(Port port) {
        calls.add("reset");
        super.reset(port);
    }

    @Override
    public void unlink(UnixAddress path) {
        calls.add("unlink");
        super.unlink(path);
    }
}
