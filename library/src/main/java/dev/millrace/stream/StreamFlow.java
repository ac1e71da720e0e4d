package dev.millrace.stream;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/**
 * Streams as {@link Flow}'s publishers and subscribers, for libraries that speak Reactive Streams.
 * Demand becomes pause and resume, a full destination asks for no more.
 *
 * {@snippet class="dev.millrace.net.FlowExamplesTest" region="flow"}
 *
 * <p>Signals may come from any thread; each is handed to {@code loop}, the loop of the stream, and
 * subscribers are called there.
 */
public final class StreamFlow {
    private StreamFlow() {}

    /**
     * The chunks of {@code stream}, each a buffer that belongs to the subscriber for ever; one
     * chunk at most is received ahead of what was requested. It becomes the stream's listener when
     * it is subscribed to, for which there is one chance: a second subscriber gets an {@link
     * IllegalStateException}.
     *
     * <p>The peer's end completes it. A failure of the stream, or its close before the end, is told
     * to {@code onError}. A subscriber that cancels, throws, or requests less than one chunk resets
     * the stream.
     *
     * @param loop runs what it is given on the stream's thread, one after the other
     */
    public static Flow.Publisher<ByteBuffer> publisher(ReadStream stream, Executor loop) {
        return new ChunkPublisher(stream, loop);
    }

    /**
     * Writes each buffer to {@code stream}, to which it then belongs, and asks for the next one
     * when that has room. It completes by {@link WriteStream#end}. The publisher's failure resets
     * the stream, so that what was sent does not look whole; a stream that closes early cancels.
     *
     * @param loop runs what it is given on the stream's thread, one after the other
     */
    public static Flow.Subscriber<ByteBuffer> subscriber(WriteStream stream, Executor loop) {
        return subscriber(stream, loop, failure -> {});
    }

    /**
     * As the other {@code subscriber}; {@code failed} gets the publisher's failure, on the loop.
     */
    public static Flow.Subscriber<ByteBuffer> subscriber(
            WriteStream stream, Executor loop, Consumer<? super Throwable> failed) {
        Objects.requireNonNull(stream, "stream");
        Objects.requireNonNull(failed, "failed");
        return new ChunkSubscriber(stream, Objects.requireNonNull(loop, "loop"), failed);
    }
}
