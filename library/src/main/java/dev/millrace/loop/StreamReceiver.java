package dev.millrace.loop;

import dev.millrace.driver.PortEvents;
import dev.millrace.observe.Cause;
import dev.millrace.observe.Identified;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The read half of a {@link StreamHandle}: what its driver reports, and whom it is told to.
 *
 * <pre>
 *   stopped ──start──▶ reading ──stop, no buffer──▶ stopped
 *                         └──FIN, or an error──▶ over
 * </pre>
 *
 * The outcomes of connect and write arrive here as well, and go on to those that wait for them.
 */
final class StreamReceiver implements PortEvents, Identified {
    private final StreamHandle stream;

    /** The stream's owner. */
    private StreamEvents events;

    private State state = State.STOPPED;

    /** Bytes that arrived so far. */
    private long bytesRead;

    private enum State {
        STOPPED,
        READING,
        /** The peer has ended its side. */
        ENDED,
        /** Reading failed. */
        BROKEN
    }

    StreamReceiver(StreamHandle stream, StreamEvents events) {
        this.stream = stream;
        this.events = events;
    }

    /** What it reports is the owner's callback. */
    @Override
    public long id() {
        return events instanceof Identified owner ? owner.id() : Cause.NONE;
    }

    StreamEvents events() {
        return events;
    }

    void events(StreamEvents owner) {
        events = Objects.requireNonNull(owner, "owner");
    }

    long bytesRead() {
        return bytesRead;
    }

    boolean isReading() {
        return state == State.READING;
    }

    /** Whether nothing can arrive any more. */
    boolean isOver() {
        return state == State.ENDED || state == State.BROKEN;
    }

    boolean isBroken() {
        return state == State.BROKEN;
    }

    void start() {
        if (state == State.STOPPED && !stream.isClosing) {
            become(State.READING);
            if (stream.isConnected) {
                stream.loop.driver.readStart(stream.port());
            }
        }
    }

    void stop() {
        if (state == State.READING) {
            become(State.STOPPED);
            if (stream.isConnected) {
                stream.loop.driver.readStop(stream.port());
            }
        }
    }

    /** A stream that reads keeps its loop alive. */
    private void become(State next) {
        state = next;
        stream.setActive(next == State.READING);
    }

    /** The stream is closed: no byte is reported any more. */
    void release() {
        if (state == State.READING) {
            state = State.STOPPED;
        }
    }

    @Override
    public void onConnect(int errno) {
        stream.connectEnded(errno);
    }

    @Override
    public void onRead(byte[] array, int offset, int length) {
        bytesRead += length;
        stream.progressed(length);
        events.onRead(array, offset, length);
    }

    @Override
    public void onDescriptors(int[] descriptors) {
        Objects.requireNonNull(stream.setup().received).add(descriptors);
    }

    @Override
    public boolean onDescriptorsLost() {
        StreamDescriptors received = stream.setup().received;
        return received != null && received.lost();
    }

    @Override
    public void onEnd() {
        become(State.ENDED);
        events.onEnd();
    }

    @Override
    public void onReadError(int errno) {
        become(State.BROKEN);
        events.onError(stream.error(errno, "read"));
    }

    @Override
    public void onPeerClosed(int errno) {
        events.onPeerClosed(errno == 0 ? null : stream.error(errno, "read"));
    }

    @Override
    public void onNoBuffer() {
        become(State.STOPPED);
        events.onNoBuffer(stream.error(Errno.ENOBUFS, "read"));
    }

    @Override
    public void onWritten(int errno) {
        stream.progressed(errno == 0 ? 1 : 0);
        stream.backlog().written(errno);
    }

    @Override
    public void onWritable() {
        stream.backlog().writable();
    }

    @Override
    public void failed(Throwable thrown) {
        stream.thrown(thrown);
    }

    /**
     * Owns an accepted stream that was not taken: it ends with the first thing that happens to it.
     */
    record WithoutOwner(StreamHandle stream) implements StreamEvents {
        @Override
        public void onRead(byte[] array, int offset, int length) {
            stream.close();
        }

        @Override
        public void onEnd() {
            stream.close();
        }

        @Override
        public void onError(IOException error) {
            stream.close();
        }

        @Override
        public void onPeerClosed(@Nullable IOException reset) {
            stream.close();
        }

        @Override
        public void onThrown(Throwable thrown) {
            stream.close();
        }
    }
}
