package dev.millrace.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The record layer on the JDK's own engine. */
final class EngineRecords implements RecordLayer {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** One set of arrays for all connections of a thread: none is in use between two calls. */
    private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

    private final EngineSource source;
    private final boolean isClient;
    private final LongSupplier clock;
    private final InstantSource wall;
    private final RecordBudget budget;
    private final HeldBytes held = new HeldBytes();
    private long begunMillis;

    /** Null until what it needs is prepared, which may be a task. */
    private @Nullable SSLEngine engine;

    private boolean isSecure;
    private boolean isPeerClosed;

    /** A task is with the filter; nothing goes on before it is done. */
    private boolean isTasking;

    /** An error was thrown, or nothing is wanted any more. */
    private boolean isOver;

    /**
     * The engine's last call has said that nothing is under way but data. It changes by calls
     * alone; each question takes the engine's lock, which costs more than an answer known already.
     */
    private boolean isQuiet;

    /** The first bytes of the peer have come. */
    private boolean hasBegun;

    /** {@code clock}: nanoseconds, for floods; {@code wall}: the clock that dates sessions. */
    EngineRecords(EngineSource source, LongSupplier clock, InstantSource wall) {
        this.source = source;
        this.isClient = source.isClient();
        this.wall = wall;
        this.clock = clock;
        this.budget = new RecordBudget(clock.getAsLong());
    }

    @Override
    public void begin(Outlet outlet) throws IOException {
        begunMillis = wall.millis();
        if (source.isPrepared()) {
            proceed(outlet);
        }
    }

    private void start(Outlet outlet) throws IOException {
        SSLEngine made = source.engine();
        engine = made;
        try {
            made.beginHandshake();
        } catch (SSLException e) {
            throw failed(e, outlet);
        }
    }

    private SSLEngine engine() {
        SSLEngine made = engine;
        if (made == null) {
            throw new IllegalStateException("there is no engine yet");
        }
        return made;
    }

    @Override
    public void received(byte[] array, int offset, int length, Outlet outlet) throws IOException {
        if (isPeerClosed) {
            // What follows the peer's close is nothing (RFC 8446 section 6.1).
            return;
        }
        if (!hasBegun && length > 0) {
            hasBegun = true;
            refusePlainHttp(array, offset, length, outlet);
        }
        if (isTasking || engine == null || !held.isEmpty()) {
            if (held.length() + length > HELD_MAX_BYTES) {
                isOver = true;
                throw TlsErrors.tooMuch();
            }
            held.add(array, offset, length);
            pumpHeld(outlet);
            return;
        }
        int used = pump(array, offset, length, outlet);
        if (!isOver && used < length) {
            held.add(array, offset + used, length - used);
        }
    }

    private void refusePlainHttp(byte[] array, int offset, int length, Outlet outlet)
            throws IOException {
        if (!isClient && PlainHttp.isRequest(array, offset, length)) {
            isOver = true;
            byte[] response = PlainHttp.response();
            outlet.records(response, 0, response.length);
            throw TlsErrors.plainHttp();
        }
    }

    @Override
    public @Nullable Runnable task() {
        SSLEngine made = engine;
        if (isOver || isTasking || isQuiet) {
            return null;
        }
        if (made == null) {
            isTasking = true;
            return source::prepare;
        }
        if (made.getHandshakeStatus() != HandshakeStatus.NEED_TASK) {
            return null;
        }
        isTasking = true;
        return this::runTasks;
    }

    private void runTasks() {
        for (Runnable next = engine().getDelegatedTask();
                next != null;
                next = engine().getDelegatedTask()) {
            next.run();
        }
    }

    @Override
    public void proceed(Outlet outlet) throws IOException {
        isTasking = false;
        if (engine == null && !isOver) {
            start(outlet);
        }
        pumpHeld(outlet);
    }

    private void pumpHeld(Outlet outlet) throws IOException {
        if (!isTasking && !isOver && engine != null) {
            int used = pump(held.array(), 0, held.length(), outlet);
            held.remove(used);
        }
    }

    /** Goes on until bytes are missing, or a task is due; tells how many bytes were used. */
    private int pump(byte[] array, int offset, int length, Outlet outlet) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(array, offset, length);
        try {
            while (!isOver && step(in, outlet)) {
                // Each step says whether another one is of use.
            }
        } catch (SSLException e) {
            throw failed(e, outlet);
        }
        return in.position() - offset;
    }

    private boolean step(ByteBuffer in, Outlet outlet) throws IOException {
        if (isQuiet) {
            return unwrap(in, outlet);
        }
        HandshakeStatus status = engine().getHandshakeStatus();
        if (status == HandshakeStatus.NOT_HANDSHAKING) {
            isSecure = true;
            isQuiet = true;
            return unwrap(in, outlet);
        }
        refuseRenegotiation();
        return switch (status) {
            case NEED_TASK -> false;
            case NEED_WRAP -> wrapOwn(outlet);
            default -> unwrap(in, outlet);
        };
    }

    /** TLS 1.3 has none: behind its handshake nothing is heavy, and a new key is one record. */
    private void refuseRenegotiation() throws IOException {
        boolean isOld = isSecure && TlsProtocol.TLS_1_2.toString().equals(protocol());
        boolean isClosing = engine().isOutboundDone() || engine().isInboundDone();
        if (isOld && !isClosing) {
            isOver = true;
            throw TlsErrors.renegotiation();
        }
    }

    private String protocol() {
        return engine().getSession().getProtocol();
    }

    /** What a user's {@link ServerNames} threw in a task comes out of the engine's next call. */
    private SSLEngineResult wrap(ByteBuffer from, ByteBuffer to) throws SSLException {
        try {
            return heard(engine().wrap(from, to));
        } catch (RuntimeException e) {
            throw new SSLException(e.toString(), e);
        }
    }

    private SSLEngineResult heard(SSLEngineResult result) {
        isQuiet &= result.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
        return result;
    }

    /** A record of the engine's own: of the handshake, an alert, a key. */
    private boolean wrapOwn(Outlet outlet) throws SSLException {
        byte[] records = SCRATCH.get().records;
        SSLEngineResult result = wrap(NOTHING.duplicate(), ByteBuffer.wrap(records));
        if (result.bytesProduced() > 0) {
            outlet.records(records, 0, result.bytesProduced());
        }
        return result.getStatus() == Status.OK;
    }

    private boolean unwrap(ByteBuffer in, Outlet outlet) throws IOException {
        if (!in.hasRemaining() || isPeerClosed) {
            return false;
        }
        byte[] plain = SCRATCH.get().plain;
        SSLEngineResult result;
        try {
            result = heard(engine().unwrap(in, ByteBuffer.wrap(plain)));
        } catch (RuntimeException e) {
            throw new SSLException(e.toString(), e);
        }
        if (result.getStatus() == Status.BUFFER_UNDERFLOW) {
            return false;
        }
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            throw new SSLException("a record of more than " + plain.length + " bytes");
        }
        if (result.getStatus() == Status.CLOSED) {
            isPeerClosed = true;
        } else if (result.bytesProduced() > 0) {
            outlet.plain(plain, 0, result.bytesProduced());
        } else if (isSecure && !budget.take(clock.getAsLong())) {
            isOver = true;
            throw TlsErrors.flood();
        }
        return true;
    }

    /** The alert goes out before the error is told. */
    private IOException failed(SSLException thrown, Outlet outlet) {
        isOver = true;
        try {
            boolean goesOn = true;
            while (goesOn && engine().getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                byte[] records = SCRATCH.get().records;
                int count = wrap(NOTHING.duplicate(), ByteBuffer.wrap(records)).bytesProduced();
                goesOn = count > 0;
                outlet.records(records, 0, count);
            }
        } catch (SSLException again) {
            thrown.addSuppressed(again);
        }
        return TlsErrors.of(thrown, isSecure);
    }

    @Override
    public boolean isSecure() {
        return isSecure;
    }

    @Override
    public TlsSession session() {
        return EngineSession.of(engine(), begunMillis);
    }

    @Override
    public Encrypted encrypt(byte[] plain, int offset, int length, byte[] to) throws IOException {
        ByteBuffer from = ByteBuffer.wrap(plain, offset, length);
        ByteBuffer out = ByteBuffer.wrap(to);
        try {
            boolean hasRoom = true;
            while (from.hasRemaining() && hasRoom) {
                Status status = wrap(from, out).getStatus();
                hasRoom = status == Status.OK;
                if (!hasRoom && (status != Status.BUFFER_OVERFLOW || out.position() == 0)) {
                    throw new SSLException("encrypting came to " + status);
                }
            }
        } catch (SSLException e) {
            isOver = true;
            throw TlsErrors.of(e, isSecure);
        }
        return new Encrypted(from.position() - offset, out.position());
    }

    @Override
    public int recordMaxBytes() {
        return engine().getSession().getPacketBufferSize();
    }

    @Override
    public void close(Outlet outlet) throws IOException {
        if (engine == null) {
            return;
        }
        isQuiet = false;
        engine.closeOutbound();
        byte[] records = SCRATCH.get().records;
        try {
            int count;
            do {
                count = wrap(NOTHING.duplicate(), ByteBuffer.wrap(records)).bytesProduced();
                outlet.records(records, 0, count);
            } while (count > 0 && !engine().isOutboundDone());
        } catch (SSLException e) {
            isOver = true;
            throw TlsErrors.of(e, isSecure);
        }
    }

    @Override
    public boolean isPeerClosed() {
        return isPeerClosed;
    }

    @Override
    public boolean isOutputOver() {
        return engine != null && engine().isOutboundDone();
    }

    @Override
    public void endOfInput() throws IOException {
        if (!isPeerClosed) {
            isOver = true;
            throw TlsErrors.truncated(isSecure);
        }
    }

    @Override
    public void abandon() {
        isOver = true;
    }

    /** Larger than any record that an engine makes or takes. */
    static final class Scratch {
        private static final int RECORD_BYTES = 17 << 10;

        final byte[] plain = new byte[RECORD_BYTES];
        final byte[] records = new byte[RECORD_BYTES];
    }
}
