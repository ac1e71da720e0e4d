package dev.millrace.web.content;

import dev.millrace.http.BodyCoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * A body in gzip (RFC 1952) or deflate, which is zlib's format (RFC 1950; RFC 9110 section 8.4.1).
 *
 * <pre>
 *   write ─▶ waiting ──step: at most 32 KiB, while the peer takes bytes──▶ deflated ─▶ outlet
 *                 nothing waits: flushed, so that what was written can be read; or ended
 * </pre>
 *
 * What waits for its turn has no deflater yet, which is 256 KiB of memory: a connection has one,
 * however many requests it pipelines.
 */
public final class DeflateCoder implements BodyCoding.Coder {
    /** Less than a millisecond of work. */
    static final int STEP_BYTES = 32 * 1024;

    private static final int OUT_BYTES = 16 * 1024;
    private static final byte[] GZIP_HEAD = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};

    private final BodyCoding.Outlet outlet;
    private final boolean isGzip;
    private final int level;
    private final Runnable closed;
    private final ArrayDeque<ByteBuffer> waiting = new ArrayDeque<>();
    private final CRC32 checksum = new CRC32();
    private @Nullable Deflater deflater;
    private byte[] out = {};
    private long length;
    private boolean isScheduled;
    private boolean isFlushed;
    private boolean isEnding;
    private boolean isOver;

    /**
     * @param isGzip otherwise it is deflate
     * @param level 1 to 9
     * @param closed called once, when it is over
     */
    public DeflateCoder(BodyCoding.Outlet outlet, boolean isGzip, int level, Runnable closed) {
        this.outlet = outlet;
        this.isGzip = isGzip;
        this.level = level;
        this.closed = closed;
    }

    @Override
    public void write(byte[] array, int offset, int count, boolean isLent) {
        byte[] kept = isLent ? Arrays.copyOfRange(array, offset, offset + count) : array;
        waiting.add(ByteBuffer.wrap(kept, isLent ? 0 : offset, count));
        isFlushed = false;
        schedule();
    }

    @Override
    public void end() {
        isEnding = true;
        schedule();
    }

    @Override
    public void resume() {
        schedule();
    }

    private void schedule() {
        boolean isAny = isEnding || !waiting.isEmpty();
        if (isAny && !isScheduled && !isOver) {
            isScheduled = true;
            outlet.later(this::step);
        }
    }

    private void step() {
        isScheduled = false;
        if (isOver || !outlet.isReady()) {
            return;
        }
        Deflater active = active();
        int taken = 0;
        while (taken < STEP_BYTES && !waiting.isEmpty()) {
            ByteBuffer piece = waiting.getFirst();
            int count = Math.min(piece.remaining(), STEP_BYTES - taken);
            active.setInput(piece.array(), piece.arrayOffset() + piece.position(), count);
            checksum.update(piece.array(), piece.arrayOffset() + piece.position(), count);
            piece.position(piece.position() + count);
            taken += count;
            length += count;
            send(active, Deflater.NO_FLUSH);
            if (!piece.hasRemaining()) {
                waiting.removeFirst();
            }
        }
        if (waiting.isEmpty() && isEnding) {
            finish(active);
            outlet.taken(taken);
            outlet.end();
            return;
        }
        if (waiting.isEmpty() && !isFlushed) {
            isFlushed = true;
            send(active, Deflater.SYNC_FLUSH);
        }
        outlet.taken(taken);
        schedule();
    }

    private Deflater active() {
        if (deflater == null) {
            deflater = new Deflater(level, isGzip);
            out = new byte[OUT_BYTES];
            if (isGzip) {
                outlet.send(GZIP_HEAD, 0, GZIP_HEAD.length);
            }
        }
        return deflater;
    }

    private void send(Deflater active, int flush) {
        int count;
        do {
            count = active.deflate(out, 0, out.length, flush);
            outlet.send(out, 0, count);
        } while (count == out.length || (flush == Deflater.NO_FLUSH && !active.needsInput()));
    }

    private void finish(Deflater active) {
        active.finish();
        while (!active.finished()) {
            outlet.send(out, 0, active.deflate(out, 0, out.length));
        }
        if (isGzip) {
            ByteBuffer trailer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            trailer.putInt((int) checksum.getValue()).putInt((int) length);
            outlet.send(trailer.array(), 0, 8);
        }
    }

    @Override
    public void close() {
        if (!isOver) {
            isOver = true;
            waiting.clear();
            if (deflater != null) {
                deflater.end();
            }
            closed.run();
        }
    }
}
