package dev.millrace.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a publisher sends, as a stream that is piped to its destination: the pipe knows all that can
 * become of either end. On the loop.
 *
 * <pre>
 *   publisher ──onNext──▶ read side ──pipe──▶ destination
 *       ▲                     │                    │ room
 *       └───── request(1) ────┴────────────────────┘
 * </pre>
 */
final class ChunkSource extends InboundStream<ChunkSource> implements ReadSide.Source {
    private final WriteStream destination;
    private final Executor loop;
    private final Consumer<? super Throwable> failed;
    private final ReadSide side = ReadSide.started(this);

    /** Null before there is one. */
    private Flow.@Nullable Subscription subscription;

    /** One chunk was requested and has not come. */
    private boolean isRequested;

    /** The publisher is through, or was told to be. */
    private boolean isOver;

    ChunkSource(WriteStream destination, Executor loop, Consumer<? super Throwable> failed) {
        this.destination = destination;
        this.loop = loop;
        this.failed = failed;
    }

    void subscribed(Flow.Subscription subscription) {
        this.subscription = subscription;
        try {
            pipelineTo(destination);
        } catch (IllegalStateException mistake) {
            destroy();
            throw mistake;
        }
    }

    void received(ByteBuffer chunk) {
        if (isOver) {
            return;
        }
        isRequested = false;
        int length = chunk.remaining();
        if (chunk.hasArray()) {
            side.deliver(chunk.array(), chunk.arrayOffset() + chunk.position(), length);
        } else {
            byte[] array = new byte[length];
            chunk.get(array);
            side.deliver(array, 0, length);
        }
        if (side.isFlowing()) {
            startReading();
        }
    }

    void completed() {
        if (!isOver) {
            isOver = true;
            side.end();
        }
    }

    void failed(Throwable failure) {
        if (!isOver) {
            isOver = true;
            try {
                failed.accept(failure);
            } finally {
                side.destroy();
            }
        }
    }

    @Override
    public void startReading() {
        if (subscription != null && !isRequested && !isOver) {
            isRequested = true;
            subscription.request(1);
        }
    }

    /** What was requested still comes, and is kept. */
    @Override
    public void stopReading() {}

    @Override
    public void soon(Runnable task) {
        loop.execute(task);
    }

    @Override
    public void endTold() {}

    @Override
    public void fail(IOException error) {
        destroy();
    }

    /** The destination is gone. */
    @Override
    public void destroy() {
        side.destroy();
        if (!isOver) {
            isOver = true;
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }

    @Override
    protected ReadSide readSide() {
        return side;
    }

    @Override
    protected ChunkSource self() {
        return this;
    }

    /** Its pipe alone listens to it. */
    @Override
    public ChunkSource onError(Consumer<? super IOException> listener) {
        throw new UnsupportedOperationException();
    }

    /** Its pipe alone listens to it. */
    @Override
    public ChunkSource onClose(Runnable listener) {
        throw new UnsupportedOperationException();
    }
}
