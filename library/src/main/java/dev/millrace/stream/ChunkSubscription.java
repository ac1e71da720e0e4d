package dev.millrace.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Demand for the chunks of a stream.
 *
 * <pre>
 *   stream ──chunk──▶ demand? ──▶ onNext
 *                        └ none: kept ahead, paused ──request──▶ onNext, resumed
 * </pre>
 *
 * One chunk is kept ahead, because a stream that is paused can't tell that it has ended: the last
 * chunk that was asked for is followed by the end without more being requested.
 */
final class ChunkSubscription implements Flow.Subscription {
    private final ReadStream stream;
    private final Executor loop;

    /** Null when nothing more is told. */
    private Flow.@Nullable Subscriber<? super ByteBuffer> subscriber;

    /** How many chunks it may be given. */
    private long demand;

    /** What came without demand. */
    private @Nullable ByteBuffer ahead;

    ChunkSubscription(
            ReadStream stream, Executor loop, Flow.Subscriber<? super ByteBuffer> subscriber) {
        this.stream = stream;
        this.loop = loop;
        this.subscriber = subscriber;
    }

    /** On the loop, as everything below but the two signals. */
    void begin() {
        if (subscriber != null) {
            subscriber.onSubscribe(this);
        }
        // A stream that is over by now tells its listeners nothing any more.
        ReadSide side = stream instanceof InboundStream<?> inbound ? inbound.readSide() : null;
        if (side != null && side.isEnded()) {
            ended();
        } else if (side != null && side.isDestroyed) {
            closed();
        } else {
            stream.onEnd(this::ended).onError(this::failed).onClose(this::closed);
            stream.onData(this::chunk);
            if (stream.isPaused()) {
                stream.resume();
            }
        }
    }

    @Override
    public void request(long count) {
        loop.execute(() -> requested(count));
    }

    @Override
    public void cancel() {
        loop.execute(this::cancelled);
    }

    private void requested(long count) {
        if (subscriber == null) {
            return;
        }
        if (count <= 0) {
            // Reactive Streams 3.9.
            failed(new IllegalArgumentException("requested " + count + " chunks: at least 1"));
            stream.reset();
            return;
        }
        // Reactive Streams 3.17: as much as there is to count is without end.
        demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
        ByteBuffer kept = ahead;
        if (kept != null) {
            ahead = null;
            next(kept);
            if (subscriber != null) {
                stream.resume();
            }
        }
    }

    private void chunk(ByteBuffer chunk) {
        if (subscriber == null) {
            return;
        }
        if (demand > 0) {
            next(chunk);
        } else {
            ahead = chunk;
            stream.pause();
        }
    }

    private void next(ByteBuffer chunk) {
        Flow.Subscriber<? super ByteBuffer> present = subscriber;
        if (present == null) {
            return;
        }
        demand -= demand == Long.MAX_VALUE ? 0 : 1;
        try {
            present.onNext(chunk);
        } catch (Throwable thrown) {
            // Reactive Streams 2.13: that counts as cancelled, and the mistake is not hidden.
            cancelled();
            throw thrown;
        }
    }

    private void cancelled() {
        if (take() != null) {
            stream.reset();
        }
    }

    private void ended() {
        Flow.Subscriber<? super ByteBuffer> present = take();
        if (present != null) {
            present.onComplete();
        }
    }

    private void closed() {
        failed(new IOException("the stream was closed before its end"));
    }

    private void failed(Exception failure) {
        Flow.Subscriber<? super ByteBuffer> present = take();
        if (present != null) {
            present.onError(failure);
        }
    }

    /** Nothing more is told, and the subscriber is not held on to (Reactive Streams 3.13). */
    private Flow.@Nullable Subscriber<? super ByteBuffer> take() {
        Flow.Subscriber<? super ByteBuffer> present = subscriber;
        subscriber = null;
        ahead = null;
        return present;
    }
}
