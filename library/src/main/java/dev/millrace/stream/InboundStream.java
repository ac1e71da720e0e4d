package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The part of {@link ReadStream} that is the same for every stream: it hands on to a {@link
 * ReadSide}.
 *
 * {@snippet class="dev.millrace.stream.StreamExamplesTest" region="inbound"}
 *
 * @param <S> the stream itself, so that calls can be chained
 */
public abstract class InboundStream<S extends InboundStream<S>> implements ReadStream {
    /** For streams. */
    protected InboundStream() {}

    /** The read side, on the right thread. */
    protected abstract ReadSide readSide();

    /** This stream. */
    protected abstract S self();

    @Override
    public S onData(Consumer<? super ByteBuffer> listener) {
        readSide().onData(listener);
        return self();
    }

    @Override
    public S onBytes(BytesListener listener) {
        readSide().onBytes(listener);
        return self();
    }

    @Override
    public <F> S onFrames(Framing<F> framing, Consumer<? super F> listener) {
        return onBytes(new FrameReader<>(readSide(), framing, listener));
    }

    @Override
    public <F> S onFrames(
            Framing<F> framing,
            Consumer<? super F> listener,
            Consumer<? super FrameException> bad) {
        Objects.requireNonNull(bad, "bad");
        return onBytes(new FrameReader<>(readSide(), framing, listener, bad));
    }

    @Override
    public S offData() {
        readSide().offData();
        return self();
    }

    @Override
    public S offBytes() {
        readSide().offBytes();
        return self();
    }

    @Override
    public S unshift(ByteBuffer bytes) {
        readSide().unshift(bytes);
        return self();
    }

    @Override
    public S onEnd(Runnable listener) {
        readSide().onEnd(listener);
        return self();
    }

    @Override
    public S pause() {
        readSide().pause();
        return self();
    }

    @Override
    public S resume() {
        readSide().resume();
        return self();
    }

    @Override
    public boolean isPaused() {
        return readSide().isPaused();
    }

    @Override
    public <W extends WriteStream> W pipeTo(W destination) {
        return readSide().pipeTo(this, destination, false);
    }

    @Override
    public <W extends WriteStream> W pipelineTo(W destination) {
        return readSide().pipeTo(this, destination, true);
    }
}
