package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Hands the signals of a publisher to the loop, where a {@link ChunkSource} takes them. */
final class ChunkSubscriber implements Flow.Subscriber<ByteBuffer> {
    private final ChunkSource source;
    private final Executor loop;
    private final AtomicBoolean isSubscribed = new AtomicBoolean();

    ChunkSubscriber(WriteStream destination, Executor loop, Consumer<? super Throwable> failed) {
        this.source = new ChunkSource(destination, loop, failed);
        this.loop = loop;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        Objects.requireNonNull(subscription, "subscription");
        if (isSubscribed.compareAndSet(false, true)) {
            loop.execute(() -> source.subscribed(subscription));
        } else {
            // Reactive Streams 2.5.
            subscription.cancel();
        }
    }

    @Override
    public void onNext(ByteBuffer chunk) {
        Objects.requireNonNull(chunk, "chunk");
        loop.execute(() -> source.received(chunk));
    }

    @Override
    public void onError(Throwable failure) {
        Objects.requireNonNull(failure, "failure");
        loop.execute(() -> source.failed(failure));
    }

    @Override
    public void onComplete() {
        loop.execute(source::completed);
    }
}
