package dev.millrace.sim;

import dev.millrace.driver.Driver;
import dev.millrace.driver.Port;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.BufferSource;
import dev.millrace.kernel.KernelOption;
import dev.millrace.sys.Errno;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stream socket of a simulated machine.
 *
 * <pre>
 *          listen            connect                 connected, or accepted
 *   NEW ──────────▶ LISTENER   ───────▶ CONNECTING ───────────▶ STREAM ──▶ (closed)
 * </pre>
 */
final class SimSocket extends Port {
    private static final int READS_PER_EVENT = 4;
    private static final int PENDING = -1;

    private enum Role {
        NEW,
        LISTENER,
        CONNECTING,
        STREAM
    }

    final int id;
    private final SimDriver driver;
    private final Network network;
    private final Map<KernelOption, Integer> options = new EnumMap<>(KernelOption.class);
    private Role role = Role.NEW;
    @Nullable Address local;
    @Nullable Address remote;
    Fate fate = Fate.WHOLE;
    boolean isClosed;

    /** Its descriptor's number, or -1 while nobody has accepted it. */
    int descriptor = -1;

    /** Its place in the order of all descriptors ever given. */
    int generation;

    /** The driver looks at it in its next poll. */
    boolean isTouched;

    private @Nullable Acceptor acceptor;

    private @Nullable SimSocket peer;
    private @Nullable Wire in;
    private @Nullable Wire out;
    private int connectOutcome = PENDING;
    private boolean isReading;
    private boolean isReadOver;
    private boolean isPeerGone;
    boolean isBroken;

    /** What the kernel tells the next call that asks. */
    private int error;

    /** The error that was asked for when the peer had left. */
    private int failure;

    private byte @Nullable [] parked;
    private int parkedOffset;
    private int parkedEnd;

    SimSocket(SimDriver driver, Network network) {
        this.driver = driver;
        this.network = network;
        this.id = network.nextId();
    }

    SimDriver driver() {
        return driver;
    }

    void touch() {
        driver.touched(this);
    }

    int option(KernelOption option) {
        return options.getOrDefault(option, 0);
    }

    void option(KernelOption option, int value) {
        options.put(option, value);
    }

    /** The room that was asked for, or 0. */
    int bufferBytes() {
        return option(KernelOption.SEND_BUFFER_BYTES);
    }

    @Nullable SimSocket peer() {
        return peer;
    }

    Wire in() {
        return Objects.requireNonNull(in);
    }

    Wire out() {
        return Objects.requireNonNull(out);
    }

    boolean isListener() {
        return role == Role.LISTENER;
    }

    boolean isConnected() {
        return role == Role.STREAM;
    }

    /** Whether the other end knows of this one, but not the other way round. */
    boolean isUnestablished() {
        return role == Role.CONNECTING;
    }

    void listen(int backlog) {
        role = Role.LISTENER;
        acceptor = new Acceptor(this, driver, network, backlog);
    }

    Acceptor acceptor() {
        return Objects.requireNonNull(acceptor);
    }

    void connecting() {
        role = Role.CONNECTING;
    }

    void join(SimSocket other, Wire incoming, Wire outgoing) {
        // The wires are named by whom they lead to.
        peer = other;
        in = incoming;
        out = outgoing;
    }

    void connected() {
        role = Role.STREAM;
        touch();
    }

    /** The handshake is over: 0, or an errno. */
    void connectEnds(int errno) {
        if (role == Role.CONNECTING && connectOutcome == PENDING) {
            connectOutcome = errno;
            touch();
        }
    }

    void readStart() {
        isReading = !isReadOver;
        touch();
    }

    void readStop() {
        isReading = false;
        touch();
    }

    void park(byte[] array, int offset, int length) {
        requireNoWriteUnderWay();
        parked = array;
        parkedOffset = offset;
        parkedEnd = offset + length;
        touch();
    }

    /** What the driver was given is its own, and the only one (promise 8 of the seam). */
    void requireNoWriteUnderWay() {
        if (parked != null) {
            throw new AssertionError("a second write on " + this);
        }
    }

    /** A reset arrives, or an end of patience. */
    void resetArrives(int errno) {
        if (isClosed || isBroken) {
            return;
        }
        isBroken = true;
        if (role == Role.CONNECTING && connectOutcome == PENDING) {
            connectEnds(errno == Errno.ECONNRESET ? Errno.ECONNREFUSED : errno);
        }
        // tcp_reset() in Linux: after the peer's FIN a reset is a broken pipe.
        error = errno == Errno.ECONNRESET && in().isFinArrived ? Errno.EPIPE : errno;
        out().dropUnderWay();
        touch();
    }

    /** Whether there is something to tell. */
    boolean isReady() {
        return switch (role) {
            case NEW -> false;
            case LISTENER -> acceptor().isReady();
            case CONNECTING -> connectOutcome != PENDING;
            case STREAM -> isReadReady() || isLeaveReady() || isWriteReady();
        };
    }

    private boolean isReadReady() {
        return isReading && (in().available() > 0 || hasPeerLeft());
    }

    private boolean isLeaveReady() {
        return !isReading && !isReadOver && !isPeerGone && hasPeerLeft();
    }

    private boolean hasPeerLeft() {
        return in().isFinArrived || isBroken;
    }

    /** As Linux has it: not before a third of the buffer is free. */
    private boolean isWriteReady() {
        return parked != null && (isBroken || out().room() * 3 >= out().capacity());
    }

    @Override
    public void call() {
        network.note("ready", this, role.ordinal());
        switch (role) {
            case NEW -> {}
            case LISTENER -> acceptor().run();
            case CONNECTING -> connectEnded();
            case STREAM -> transfer();
        }
    }

    private void transfer() {
        boolean isWriteReady = isWriteReady();
        if (isReadReady()) {
            read();
        } else if (isLeaveReady()) {
            isPeerGone = true;
            failure = error;
            error = 0;
            network.note("peer closed", this, failure);
            events().onPeerClosed(failure);
        }
        if (isWriteReady && parked != null && !isClosed) {
            writeParked();
        }
    }

    private void connectEnded() {
        int outcome = connectOutcome == 0 ? takeError() : connectOutcome;
        role = outcome == 0 ? Role.STREAM : Role.NEW;
        network.note("connect", this, outcome);
        events().onConnect(outcome);
    }

    private int takeError() {
        int taken = error;
        error = 0;
        return taken;
    }

    private void read() {
        BufferSource source = bufferSource();
        for (int round = 0; round < READS_PER_EVENT && isReading && !isClosed; round++) {
            if (network.dice.strikes(Fault.EAGAIN)) {
                return;
            }
            if (in().available() == 0) {
                if (hasPeerLeft()) {
                    readEnds(isBroken ? error() : 0);
                }
                return;
            }
            ByteBuffer buffer =
                    source == null
                            ? ByteBuffer.wrap(driver.received)
                            : source.next(Driver.RECEIVE_MAX_BYTES);
            if (!isReading || isClosed) {
                return;
            }
            if (buffer == null || !buffer.hasRemaining()) {
                readStop();
                events().onNoBuffer();
                return;
            }
            if (receive(buffer, source == null)) {
                return;
            }
        }
    }

    /** True after a short read. */
    private boolean receive(ByteBuffer buffer, boolean isLent) {
        int room = Math.min(buffer.remaining(), in().available());
        int most = network.dice.strikes(Fault.SHORT_READ) ? network.dice.upTo(room) : room;
        int offset = buffer.arrayOffset() + buffer.position();
        int count = in().read(buffer.array(), offset, most);
        if (peer != null && peer.parked != null) {
            peer.touch();
        }
        network.note("read", this, count);
        try {
            events().onRead(buffer.array(), offset, count);
        } finally {
            if (isLent) {
                driver.poison(count);
            }
        }
        return count < room || in().available() == 0;
    }

    private int error() {
        return failure != 0 ? failure : takeError();
    }

    private void readEnds(int errno) {
        isReading = false;
        isReadOver = true;
        isPeerGone = true;
        network.note("read ends", this, errno);
        if (errno == 0) {
            events().onEnd();
        } else {
            events().onReadError(errno);
        }
    }

    /** The bytes taken at once, or a negated errno. */
    int send(byte[] array, int offset, int length) {
        if (role != Role.STREAM) {
            return -Errno.ENOTCONN;
        }
        if (error != 0) {
            return -takeError();
        }
        if (isBroken || out().isFinSent) {
            return -(failure != 0 ? failure : Errno.EPIPE);
        }
        int count = Math.min(length, out().room());
        if (count > 0 && network.dice.strikes(Fault.EAGAIN)) {
            count = 0;
        } else if (count > 0 && network.dice.strikes(Fault.SHORT_WRITE)) {
            count = network.dice.upTo(count);
        }
        if (count > 0) {
            out().send(array, offset, count);
        }
        network.note("send", this, count);
        return count;
    }

    private void writeParked() {
        byte[] array = Objects.requireNonNull(parked);
        int count = send(array, parkedOffset, parkedEnd - parkedOffset);
        if (count >= 0 && parkedOffset + count < parkedEnd) {
            parkedOffset += count;
            return;
        }
        parked = null;
        events().onWritten(count < 0 ? -count : 0);
    }

    int shutdown() {
        if (role != Role.STREAM || isBroken) {
            return -Errno.ENOTCONN;
        }
        if (!out().isFinSent) {
            network.note("shutdown", this, 0);
            out().sendFin();
        }
        return 0;
    }

    @Override
    public String toString() {
        String state =
                switch (role) {
                    case NEW -> "";
                    case LISTENER -> " " + acceptor;
                    case CONNECTING -> " outcome " + connectOutcome;
                    case STREAM ->
                            (isReading ? " reading" : isReadOver ? " ended" : " paused")
                                    + " unread "
                                    + in().available()
                                    + (parked == null
                                            ? ""
                                            : " parked " + (parkedEnd - parkedOffset))
                                    + (isBroken ? " broken" : "")
                                    + (out().isFinSent ? " shut down" : "");
                };
        return "#" + id + " " + role + state + " " + fate;
    }
}
