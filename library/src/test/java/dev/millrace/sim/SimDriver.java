package dev.millrace.sim;

import dev.millrace.driver.Capability;
import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.driver.PortEvents;
import dev.millrace.driver.SocketFile;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.KernelOption;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A simulated kernel: virtual time, a network in memory, and {@link Faults}. One seed is one run,
 * the same whenever it is repeated.
 *
 * <p>Time passes only in a {@link #poll} that has nothing to tell: it jumps to the next thing that
 * happens, or to the end of the wait. A wait without end in which nothing can happen is a deadlock,
 * and fails, unless other threads are expected to end it ({@link #patient}).
 */
final class SimDriver implements Driver {
    private static final Set<Capability> CAPABILITIES =
            Set.of(
                    Capability.ABSTRACT_NAMES,
                    Capability.EVERY_PATH,
                    Capability.IPV6_ONLY,
                    Capability.PEER_CLOSED,
                    Capability.SHED_CONNECTIONS);

    /** Polls in a row without time passing, from which on the loop counts as spinning. */
    private static final int POLLS_AT_ONCE_MAX = 1_000_000;

    /** Events and nanoseconds that no run needs unless something goes on for ever. */
    private static final long EVENTS_MAX = 5_000_000;

    private static final long NANOS_MAX = 3_600_000_000_000L;

    final byte[] received = new byte[RECEIVE_MAX_BYTES];
    private final Agenda agenda = new Agenda();
    private final Dice dice;
    private final Network network;

    private final Descriptors descriptors;
    private List<SimSocket> touched = new ArrayList<>();
    private List<SimSocket> looking = new ArrayList<>();
    private long[] batch = new long[64];
    private int batchSize;
    private final List<Acceptor> starving = new ArrayList<>();

    private @Nullable SimSocket last;
    private boolean isPatient;
    private boolean isAwake;
    private int pollsAtOnce;

    SimDriver(SplittableRandom random, Faults faults, EventLog log) {
        this.descriptors = new Descriptors(faults.descriptors());
        this.dice = new Dice(random, faults);
        this.network = new Network(agenda, dice, log);
    }

    /** A kernel without any fault. */
    SimDriver() {
        this(new SplittableRandom(0), Faults.NONE, new EventLog(false));
    }

    /** Waits in real time for {@link #wakeUp} where otherwise there would be a deadlock. */
    SimDriver patient() {
        isPatient = true;
        return this;
    }

    /** A callback takes so long. */
    void pass(Duration time) {
        agenda.passTo(agenda.now() + time.toNanos());
    }

    /** The socket that was made or accepted last; null if that failed. */
    @Nullable SimSocket last() {
        return last;
    }

    /** Descriptors that are open. */
    int openCount() {
        return descriptors.used();
    }

    /** Addresses that are taken. */
    int takenAddresses() {
        return network.addresses.taken();
    }

    @Override
    public String name() {
        return "sim";
    }

    @Override
    public boolean supports(Capability capability) {
        return CAPABILITIES.contains(capability);
    }

    @Override
    public long nanoTime() {
        return agenda.now();
    }

    @Override
    public void poll(long timeoutNanos, Dispatcher dispatcher) {
        if (dice.strikes(Fault.SPURIOUS_WAKE_UP)) {
            return;
        }
        long began = agenda.now();
        agenda.runDue();
        collect();
        if (timeoutNanos != 0) {
            await(timeoutNanos < 0 ? Agenda.NEVER : began + timeoutNanos);
        }
        takeWakeUp();
        pollsAtOnce = agenda.now() == began ? pollsAtOnce + 1 : 0;
        boolean isEndless = network.log.count() > EVENTS_MAX || began > NANOS_MAX;
        if (pollsAtOnce > POLLS_AT_ONCE_MAX || isEndless) {
            throw new AssertionError("it goes on for ever at " + began + " ns: " + openPorts());
        }
        dispatch(dispatcher);
    }

    private void await(long deadline) {
        while (batchSize == 0 && touched.isEmpty() && !isAwake()) {
            long next = agenda.next();
            if (next == Agenda.NEVER && deadline == Agenda.NEVER) {
                awaitOthers();
                return;
            }
            if (next > deadline) {
                agenda.passTo(deadline);
                return;
            }
            agenda.passTo(next);
            agenda.runDue();
            collect();
        }
    }

    private synchronized void awaitOthers() {
        if (!isPatient) {
            throw new AssertionError("deadlock at " + agenda.now() + " ns: " + openPorts());
        }
        try {
            while (!isAwake) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private synchronized boolean isAwake() {
        return isAwake;
    }

    private synchronized void takeWakeUp() {
        isAwake = false;
    }

    @Override
    public synchronized void wakeUp() {
        isAwake = true;
        notifyAll();
    }

    void touched(SimSocket socket) {
        if (!socket.isTouched && socket.descriptor >= 0) {
            socket.isTouched = true;
            touched.add(socket);
        }
    }

    /** Makes a batch of those that are ready; the others are looked at when they are touched. */
    private void collect() {
        List<SimSocket> round = touched;
        touched = looking;
        looking = round;
        batchSize = 0;
        for (SimSocket socket : round) {
            socket.isTouched = false;
            if (!socket.isClosed && socket.isReady()) {
                touched(socket);
                add(socket);
            }
        }
        round.clear();
        if (batchSize > 1 && dice.strikes(Fault.REORDER)) {
            reorder();
        }
    }

    private void add(SimSocket socket) {
        if (batchSize == batch.length) {
            batch = Arrays.copyOf(batch, batchSize * 2);
        }
        batch[batchSize++] = Descriptors.tag(socket);
    }

    private void reorder() {
        for (int at = batchSize - 1; at > 0; at--) {
            int other = dice.below(at + 1);
            long swapped = batch[at];
            batch[at] = batch[other];
            batch[other] = swapped;
        }
        // The rest comes with the next poll.
        batchSize = 1 + dice.below(batchSize);
    }

    private void dispatch(Dispatcher dispatcher) {
        for (int index = 0; index < batchSize; index++) {
            SimSocket socket = descriptors.find(batch[index]);
            if (socket != null && socket.isReady()) {
                dispatcher.enter(socket);
            }
        }
        batchSize = 0;
    }

    /** Overwrites what was lent, for those who go on looking at it. */
    void poison(int length) {
        Arrays.fill(received, 0, length, (byte) 0xEE);
    }

    boolean hasDescriptors() {
        return !descriptors.isFull();
    }

    private SimSocket register(SimSocket socket) {
        descriptors.give(socket);
        last = socket;
        socket.touch();
        return socket;
    }

    void accepted(SimSocket connection) {
        register(connection);
        network.note("accept", connection, connection.descriptor);
    }

    void starving(Acceptor listener) {
        starving.add(listener);
    }

    @Override
    public Port socket(Address address) throws IOException {
        last = null;
        if (!hasDescriptors()) {
            throw SystemError.of(Errno.EMFILE, "socket");
        }
        return register(new SimSocket(this, network));
    }

    @Override
    public int bind(Port port, Address address) {
        return network.addresses.bind((SimSocket) port, address);
    }

    @Override
    public int listen(Port port, int backlog) {
        ((SimSocket) port).listen(backlog);
        return 0;
    }

    @Override
    public void acceptStart(Port port, int perWakeUp) {
        ((SimSocket) port).acceptor().start(perWakeUp);
    }

    @Override
    public void acceptStop(Port port) {
        ((SimSocket) port).acceptor().stop();
    }

    @Override
    public int connect(Port port, Address address) {
        return network.connect((SimSocket) port, address);
    }

    @Override
    public void readStart(Port port) {
        ((SimSocket) port).readStart();
    }

    @Override
    public void readStop(Port port) {
        ((SimSocket) port).readStop();
    }

    @Override
    public int tryWrite(Port port, byte[] array, int offset, int length) {
        SimSocket socket = (SimSocket) port;
        socket.requireNoWriteUnderWay();
        return socket.send(array, offset, length);
    }

    @Override
    public void write(Port port, byte[] array, int offset, int length) {
        ((SimSocket) port).park(array, offset, length);
    }

    @Override
    public int shutdown(Port port) {
        return ((SimSocket) port).shutdown();
    }

    @Override
    public @Nullable Address localAddress(Port port) {
        return ((SimSocket) port).isClosed ? null : ((SimSocket) port).local;
    }

    @Override
    public @Nullable Address remoteAddress(Port port) {
        SimSocket socket = (SimSocket) port;
        return socket.isClosed || !socket.isConnected() || socket.isBroken ? null : socket.remote;
    }

    @Override
    public int setOption(Port port, KernelOption option, int value) {
        ((SimSocket) port).option(option, value);
        return 0;
    }

    @Override
    public int getOption(Port port, KernelOption option) {
        return ((SimSocket) port).option(option);
    }

    @Override
    public void close(Port port) {
        close((SimSocket) port, false);
    }

    @Override
    public void reset(Port port) {
        close((SimSocket) port, true);
    }

    private void close(SimSocket socket, boolean isLingerZero) {
        if (socket.isClosed) {
            return;
        }
        network.note(isLingerZero ? "reset" : "close", socket, socket.descriptor);
        network.leave(socket, isLingerZero);
        socket.isClosed = true;
        socket.attach(PortEvents.NONE);
        if (socket.isListener()) {
            socket.acceptor().dropAll(Fate.ABORTED, true);
        }
        network.addresses.release(socket);
        descriptors.free(socket);
        starving.forEach(Acceptor::freed);
        starving.clear();
    }

    @Override
    public void unlink(UnixAddress path) {
        network.addresses.unlink(path);
    }

    @Override
    public @Nullable SocketFile file(UnixAddress path) {
        return network.addresses.file(path);
    }

    /** All guests are of one process, whose own listeners do not take each other's file over. */
    @Override
    public Closeable lock(UnixAddress path) {
        return () -> {};
    }

    private List<SimSocket> openPorts() {
        return descriptors.open().stream().limit(20).toList();
    }

    @Override
    public void close() {
        descriptors.open().forEach(socket -> close(socket, false));
    }
}
