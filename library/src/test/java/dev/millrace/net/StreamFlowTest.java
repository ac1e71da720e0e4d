package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.blocking.ByteRing;
import dev.millrace.kernel.SystemError;
import dev.millrace.stream.StreamFlow;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.QuietLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sockets as publishers and subscribers; the module conformance has the TCK. */
class StreamFlowTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Journal journal = new Journal();
    private final Socket peer;
    private final NetSocket socket;

    StreamFlowTest() throws IOException {
        CompletableFuture<NetSocket> accepted = new CompletableFuture<>();
        int port = fixture.listen(accepted::complete);
        peer = Ends.client(new Socket(InetAddress.getLoopbackAddress(), port));
        peer.setSoTimeout((int) LoopFixture.DEADLINE_SECONDS * 1000);
        socket = fixture.await(accepted);
    }

    @AfterEach
    void close() throws IOException {
        peer.close();
        fixture.close();
    }

    /** Writes down what it is told, and requests as much as the test does. */
    private final class Reader implements Flow.Subscriber<ByteBuffer> {
        final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        boolean isThrowing;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            journal.add("subscribed");
            subscription.complete(given);
        }

        @Override
        public void onNext(ByteBuffer chunk) {
            journal.add(StandardCharsets.UTF_8.decode(chunk).toString());
            if (isThrowing) {
                throw new IllegalStateException("thrown");
            }
        }

        @Override
        public void onError(Throwable failure) {
            String code =
                    failure instanceof SystemError
                            ? SystemError.codeOf(failure)
                            : failure.getMessage();
            journal.add("failed: " + code);
        }

        @Override
        public void onComplete() {
            journal.add("complete");
        }

        void request(long count) {
            fixture.await(subscription).request(count);
        }
    }

    private Reader reader() {
        Reader reader = new Reader();
        StreamFlow.publisher(socket, fixture.loop()).subscribe(reader);
        fixture.await(reader.subscription);
        return reader;
    }

    private void send(String text) throws IOException {
        peer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Tag("F11")
    void nothingComesUnasked() throws IOException {
        Reader reader = reader();
        send("one");
        Kernel.await("it is held", () -> fixture.call(socket::isPaused));
        send("two");
        fixture.act(() -> {});
        assertThat(journal.lines()).containsExactly("subscribed");
        reader.request(1);
        journal.await("one");
        Kernel.await("it is held", () -> fixture.call(socket::isPaused));
        assertThat(journal.lines()).containsExactly("subscribed", "one");
        reader.request(Long.MAX_VALUE);
        reader.request(Long.MAX_VALUE);
        journal.await("two");
        fixture.act(() -> {}); // behind the second request
        send("three");
        journal.await("three");
        peer.shutdownOutput();
        journal.await("complete");
    }

    @Test
    void theEndFollowsTheLastChunkThatWasAskedFor() throws IOException {
        Reader reader = reader();
        send("all");
        reader.request(1);
        peer.shutdownOutput();
        journal.await("complete");
        assertThat(journal.lines()).containsExactly("subscribed", "all", "complete");
    }

    @Test
    void aCancelResetsTheStream() {
        Reader reader = reader();
        fixture.await(reader.subscription).cancel();
        assertThatThrownBy(() -> peer.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
        assertThat(journal.lines()).containsExactly("subscribed");
    }

    @Test
    void aRequestForNothingIsAFailure() {
        reader().request(0);
        journal.await("failed: requested 0 chunks: at least 1");
        assertThatThrownBy(() -> peer.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    @Test
    void aFailureOfTheStreamIsToldAndALossOfItToo() throws IOException {
        reader();
        peer.setSoLinger(true, 0);
        peer.close();
        journal.await("failed: ECONNRESET");
        StreamFlow.publisher(socket, fixture.loop()).subscribe(new Reader());
        journal.await("failed: the stream was closed before its end");
        assertThat(journal.lines()).hasSize(4).doesNotContain("complete");
    }

    @Test
    void aStreamThatHasEndedIsComplete() throws IOException {
        CompletableFuture<Object> ended = new CompletableFuture<>();
        fixture.act(() -> socket.resume().onEnd(() -> ended.complete(true)));
        peer.shutdownOutput();
        fixture.await(ended);
        StreamFlow.publisher(socket, fixture.loop()).subscribe(new Reader());
        journal.await("complete");
        assertThat(journal.lines()).containsExactly("subscribed", "complete");
    }

    @Test
    void aSecondSubscriberIsRefused() {
        Flow.Publisher<ByteBuffer> publisher = StreamFlow.publisher(socket, fixture.loop());
        publisher.subscribe(new Reader());
        publisher.subscribe(new Reader());
        journal.await("failed: the stream has a subscriber already");
        assertThat(journal.count("subscribed")).isEqualTo(2);
    }

    @Test
    void aSubscriberThatThrowsIsToldNothingMore() throws IOException {
        Reader reader = new Reader();
        reader.isThrowing = true;
        StreamFlow.publisher(socket, fixture.loop()).subscribe(reader);
        fixture.act(() -> fixture.loop().onUncaught(thrown -> journal.add(thrown.getMessage())));
        try (QuietLog quiet = new QuietLog()) {
            reader.request(2);
            send("x");
            assertThatThrownBy(() -> peer.getInputStream().read())
                    .isInstanceOf(SocketException.class);
            fixture.act(() -> {});
        }
        assertThat(journal.lines()).startsWith("subscribed", "x").doesNotContain("complete");
    }

    /** Offers what it is asked for, and says how much that was. */
    private static final class Counter implements Flow.Subscription {
        final AtomicLong requested = new AtomicLong();
        final CompletableFuture<Object> cancelled = new CompletableFuture<>();
        private final Flow.Subscriber<ByteBuffer> subscriber;
        private final int chunkBytes;

        Counter(Flow.Subscriber<ByteBuffer> subscriber, int chunkBytes) {
            this.subscriber = subscriber;
            this.chunkBytes = chunkBytes;
            subscriber.onSubscribe(this);
        }

        @Override
        public void request(long count) {
            requested.addAndGet(count);
            for (long at = 0; at < count; at++) {
                subscriber.onNext(ByteBuffer.allocateDirect(chunkBytes));
            }
        }

        @Override
        public void cancel() {
            cancelled.complete(true);
        }
    }

    @Test
    @Tag("F11")
    void aFullDestinationAsksForNoMore() throws IOException {
        int chunk = 100_000;
        Flow.Subscriber<ByteBuffer> subscriber = StreamFlow.subscriber(socket, fixture.loop());
        Counter counter = new Counter(subscriber, chunk);
        Kernel.await("it is full", () -> fixture.call(socket::queuedBytes) > chunk / 2);
        fixture.act(() -> {});
        long asked = counter.requested.get();
        assertThat(fixture.call(socket::queuedBytes)).isLessThanOrEqualTo(2L * chunk);
        peer.getInputStream().skipNBytes(asked * chunk);
        Kernel.await("more is asked for", () -> counter.requested.get() > asked);
    }

    @Test
    void aFailureOfThePublisherResetsTheDestinationAndIsTold() {
        CompletableFuture<Throwable> failed = new CompletableFuture<>();
        Flow.Subscriber<ByteBuffer> subscriber =
                StreamFlow.subscriber(socket, fixture.loop(), failed::complete);
        subscriber.onSubscribe(
                new Flow.Subscription() {
                    @Override
                    public void request(long count) {}

                    @Override
                    public void cancel() {}
                });
        subscriber.onError(new IllegalStateException("the publisher's"));
        assertThat(fixture.await(failed)).hasMessage("the publisher's");
        assertThatThrownBy(() -> peer.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    @Test
    void aDestinationThatClosesCancels() throws IOException {
        Counter counter =
                new Counter(StreamFlow.subscriber(socket, fixture.loop()), 4 * ByteRing.CAPACITY);
        peer.setSoLinger(true, 0);
        peer.close();
        assertThat(fixture.await(counter.cancelled)).isEqualTo(true);
    }

    @Test
    void aSecondSubscriptionIsCancelled() {
        Flow.Subscriber<ByteBuffer> subscriber = StreamFlow.subscriber(socket, fixture.loop());
        Counter first = new Counter(subscriber, 1);
        Counter second = new Counter(subscriber, 1);
        assertThat(fixture.await(second.cancelled)).isEqualTo(true);
        assertThat(first.cancelled).isNotDone();
    }
}
