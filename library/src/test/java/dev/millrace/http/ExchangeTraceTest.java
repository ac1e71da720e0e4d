package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.LoopObserver;
import dev.millrace.observe.Observation;
import dev.millrace.testing.Events;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What observers are told of requests and their responses. */
class ExchangeTraceTest {
    /** Bounds a failure: a time that is none of this exchange is far longer. */
    private static final Duration AT_MOST = Duration.ofSeconds(LoopFixture.DEADLINE_SECONDS);

    private final Events events = new Events();
    private final Observation observation = Observation.add(events);
    private final List<String> order = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        observation.close();
    }

    private LoopEvent await(Step step, String name) {
        return events.await(event -> event.step() == step && event.name().equals(name));
    }

    @Test
    @Tag("M3")
    void aRequestIsToldBeforeItsHandlerAndItsResponseAfterIt() throws IOException {
        LoopObserver steps =
                new LoopObserver() {
                    @Override
                    public void onEvent(LoopEvent event) {
                        order.add(event.step().name());
                    }
                };
        try (Observation ordered = Observation.add(steps);
                var fixture =
                        HttpFixture.serve((request, response) -> {
                            order.add("handler");
                            response.status(201).end("made");
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/one") + RawHttp.get("/two?x=1"));
            assertThat(client.answer().status()).isEqualTo(201);
            assertThat(client.answer().status()).isEqualTo(201);
            LoopEvent one = await(Step.REQUEST, "GET /one");
            LoopEvent two = await(Step.REQUEST, "GET /two?x=1");
            assertThat(one.role()).isEqualTo(Role.HTTP_REQUEST);
            assertThat(two.id()).isGreaterThan(one.id());
            assertThat(two.cause()).isEqualTo(one.cause());
            assertThat(events.await(event -> event.id() == one.cause()).step())
                    .isEqualTo(Step.ACCEPT);
            LoopEvent response = await(Step.RESPONSE, "GET /two?x=1");
            assertThat(response.id()).isEqualTo(two.id());
            assertThat(response.cause()).isEqualTo(two.cause());
            assertThat(response.status()).isEqualTo(201);
            assertThat(response.took()).isBetween(Duration.ofNanos(1), AT_MOST);
            assertThat(response.error()).isEmpty();
            assertThat(ordered.toString()).doesNotContain("closed");
        }
        assertThat(order).containsSubsequence("ACCEPT", "REQUEST", "handler", "RESPONSE", "CLOSE");
        assertThat(events.where(event -> event.step() == Step.RESPONSE)).hasSize(2);
    }

    @Test
    @Tag("M3")
    void anExchangeThatIsCutOffIsToldOnceWithItsError() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            if (request.rawPath().equals("/begun")) {
                                response.write(new byte[10]);
                            }
                        });
                RawHttp silent = fixture.connect();
                RawHttp begun = fixture.connect()) {
            silent.send(RawHttp.get("/silent"));
            begun.send(RawHttp.get("/begun"));
            fixture.until(() -> fixture.server().requestCount() == 2);
            silent.reset();
            begun.reset();
            LoopEvent none = await(Step.RESPONSE, "GET /silent");
            assertThat(none.status()).as("nothing was sent").isZero();
            assertThat(none.error().orElseThrow()).hasMessageContaining("ECONNRESET");
            LoopEvent half = await(Step.RESPONSE, "GET /begun");
            assertThat(half.status()).isEqualTo(200);
            assertThat(half.error()).isPresent();
            fixture.untilEmpty();
        }
        assertThat(events.where(event -> event.step() == Step.RESPONSE)).hasSize(2);
    }

    /** It has no number: there was no request. */
    @Test
    @Tag("M3")
    void whatIsRefusedIsToldWithItsStatus() throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end());
                RawHttp client = fixture.connect()) {
            client.send("GET / HTTP/1.1\r\n\r\n");
            assertThat(client.answer().status()).isEqualTo(400);
            LoopEvent refused = events.await(event -> event.step() == Step.RESPONSE);
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.id()).isZero();
            assertThat(refused.cause()).isPositive();
            assertThat(refused.error().orElseThrow()).hasMessageContaining("HPE_");
        }
        assertThat(events.where(event -> event.step() == Step.REQUEST)).isEmpty();
    }

    @Test
    void whoCameLaterHearsOfTheRequestsThatComeThen() throws IOException {
        observation.close();
        try (var fixture = HttpFixture.serve((request, response) -> response.end());
                RawHttp client = fixture.connect()) {
            assertThat(client.get().status()).isEqualTo(200);
            try (Observation later = Observation.add(events)) {
                client.send(RawHttp.get("/later"));
                assertThat(client.answer().status()).isEqualTo(200);
                assertThat(await(Step.RESPONSE, "GET /later").status()).isEqualTo(200);
                assertThat(later.toString()).doesNotContain("closed");
            }
        }
        assertThat(events.where(event -> event.step() == Step.REQUEST)).hasSize(1);
    }
}
