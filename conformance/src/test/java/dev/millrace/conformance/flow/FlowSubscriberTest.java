package dev.millrace.conformance.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.StreamFlow;
import dev.millrace.testing.LoopFixture;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;

/** A socket as a subscriber, by the rules of Reactive Streams. */
@Tag("F11")
class FlowSubscriberTest {
    private static final LoopFixture FIXTURE = new LoopFixture();
    private static final int PORT = FIXTURE.listen(NetSocket::resume);

    /** Waits no longer than this for what has to come, and this long for what must not. */
    private static final long EXPECTED_MILLIS = 3_000;

    private static final long UNEXPECTED_MILLIS = 50;

    @AfterAll
    static void close() {
        FIXTURE.close();
    }

    @TestFactory
    Stream<DynamicTest> rules() {
        return ReactiveStreams.rules(Rules::new);
    }

    /** So that a suite without rules does not pass as one that keeps them. */
    @Test
    void thereAreRules() {
        List<String> names =
                ReactiveStreams.rules(Rules::new).map(DynamicTest::getDisplayName).toList();
        assertThat(names)
                .hasSizeGreaterThan(20)
                .contains("required_spec201_blackbox_mustSignalDemandViaSubscriptionRequest");
    }

    /** Public, as the rules are looked up by reflection. */
    public static final class Rules extends FlowSubscriberBlackboxVerification<ByteBuffer> {
        Rules() {
            super(new TestEnvironment(EXPECTED_MILLIS, UNEXPECTED_MILLIS));
        }

        @Override
        public Flow.Subscriber<ByteBuffer> createFlowSubscriber() {
            NetSocket socket =
                    FIXTURE.call(() ->
                            NetSocket.connect(FIXTURE.loop(), IpAddress.loopback(PORT))
                                    .onError(error -> {}));
            return StreamFlow.subscriber(socket, FIXTURE.loop());
        }

        @Override
        public ByteBuffer createElement(int element) {
            return ByteBuffer.allocate(4).putInt(0, element);
        }
    }
}
