package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

/** Gives a stream to its first subscriber. */
final class ChunkPublisher implements Flow.Publisher<ByteBuffer> {
    private final ReadStream stream;
    private final Executor loop;

    /** There was a subscriber. On the loop. */
    private boolean isTaken;

    private static final Flow.Subscription NOTHING =
            new Flow.Subscription() {
                @Override
                public void request(long count) {}

                @Override
                public void cancel() {}
            };

    ChunkPublisher(ReadStream stream, Executor loop) {
        this.stream = Objects.requireNonNull(stream, "stream");
        this.loop = Objects.requireNonNull(loop, "loop");
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        loop.execute(() -> subscribed(subscriber));
    }

    private void subscribed(Flow.Subscriber<? super ByteBuffer> subscriber) {
        if (isTaken) {
            subscriber.onSubscribe(NOTHING);
            subscriber.onError(new IllegalStateException("the stream has a subscriber already"));
        } else {
            isTaken = true;
            new ChunkSubscription(stream, loop, subscriber).begin();
        }
    }
}
