package dev.millrace.conformance.flow;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.reactivestreams.tck.flow.FlowPublisherVerification;

/** The chunks of a stream as a publisher, by the rules of Reactive Streams. */
@Tag("F11")
class FlowPublisherTest {
    private static final LoopFixture FIXTURE = new LoopFixture();

    /** Waits no longer than this for what has to come, and this long for what must not. */
    private static final long EXPECTED_MILLIS = 1_500;

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
                .hasSizeGreaterThan(30)
                .contains("required_spec303_mustNotAllowUnboundedRecursion");
    }

    /** Public, as the rules are looked up by reflection. */
    public static final class Rules extends FlowPublisherVerification<ByteBuffer> {
        Rules() {
            super(new TestEnvironment(EXPECTED_MILLIS, UNEXPECTED_MILLIS), EXPECTED_MILLIS);
        }

        @Override
        public Flow.Publisher<ByteBuffer> createFlowPublisher(long elements) {
            return StreamFlow.publisher(
                    FIXTURE.call(() -> new CountedStream(FIXTURE.loop(), elements)),
                    FIXTURE.loop());
        }

        @Override
        public Flow.Publisher<ByteBuffer> createFailedFlowPublisher() {
            CountedStream stream = FIXTURE.call(() -> new CountedStream(FIXTURE.loop(), 1));
            FIXTURE.act(stream::destroy);
            return StreamFlow.publisher(stream, FIXTURE.loop());
        }
    }
}
