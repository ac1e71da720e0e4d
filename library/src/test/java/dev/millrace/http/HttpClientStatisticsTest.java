package dev.millrace.http;

import static dev.millrace.http.ScriptedServer.always;
import static dev.millrace.http.ScriptedServer.ok;
import static dev.millrace.http.ScriptedServer.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpClientStatistics.Pool;
import dev.millrace.observe.LoopEvent;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.observe.LoopObserver;
import dev.millrace.observe.Observation;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client counts, and what observers are told of it. */
@Timeout(30)
class HttpClientStatisticsTest {
    private final List<String> told = new ArrayList<>();

    /** Three at once on two connections; the third waits for one of them. */
    @Test
    void whatHappensIsCounted() {
        HttpPoolLimits two = HttpPoolLimits.DEFAULTS.withMaxSockets(2);
        run(
                HttpClientOptions.DEFAULTS.withPool(two),
                always(ok("hi")),
                server -> {
                    String name = server.uri().replaceAll("^\\w+://|/$", "");
                    for (int number = 1; number <= 3; number++) {
                        server.get(text -> {
                            told.add(text);
                            if (told.size() == 3) {
                                server.after(1, () -> expectCounted(server, name));
                            }
                        });
                    }
                    assertThat(server.client.statistics().pools())
                            .containsExactly(new Pool(name, 2, 0, 1));
                });
        assertThat(told).containsExactly("hi", "hi", "hi", "counted");
    }

    private void expectCounted(ScriptedServer server, String name) {
        HttpClientStatistics now = server.client.statistics();
        assertThat(now.requests()).isEqualTo(3);
        assertThat(now.connections()).isEqualTo(2);
        assertThat(now.reuses()).isEqualTo(1);
        assertThat(now.repeats()).isZero();
        assertThat(now.timeouts()).isEmpty();
        assertThat(now.pools()).containsExactly(new Pool(name, 2, 2, 0));
        told.add("counted");
        server.done();
    }

    @Test
    void aRepetitionIsCounted() {
        run(
                (socket, head, number) -> {
                    if (number == 2) {
                        socket.destroy();
                    } else {
                        socket.write(ok("hi"));
                    }
                },
                server ->
                        server.get(first ->
                                server.get(second -> {
                                    HttpClientStatistics now = server.client.statistics();
                                    assertThat(now.requests()).isEqualTo(2);
                                    assertThat(now.repeats()).isEqualTo(1);
                                    told.add(second);
                                    server.done();
                                })));
        assertThat(told).containsExactly("hi");
    }

    @Test
    void observersAreToldOfBothEnds() {
        List<LoopEvent> events = new ArrayList<>();
        try (Observation observation =
                Observation.add(
                        new LoopObserver() {
                            @Override
                            public void onEvent(LoopEvent event) {
                                events.add(event);
                            }
                        },
                        event -> event.role() == Role.HTTP_CLIENT_REQUEST)) {
            assertThat(observation).isNotNull();
            run(
                    (socket, head, number) -> {
                        if (number == 1) {
                            socket.write(ok("hi"));
                        } else {
                            socket.write("x");
                        }
                    },
                    server ->
                            server.get(first ->
                                    server.client
                                            .request("POST", server.uri())
                                            .onError(error -> told.add(error.getMessage()))
                                            .onClose(server::done)
                                            .end()));
        }
        assertThat(told).hasSize(1);
        // The second is begun in the listener that hears of the first one's end.
        assertThat(events)
                .extracting(LoopEvent::step)
                .containsExactly(Step.REQUEST, Step.REQUEST, Step.RESPONSE, Step.RESPONSE);
        assertThat(events.getFirst().name()).isEqualTo("GET /");
        LoopEvent first = events.get(2);
        assertThat(first.id()).isEqualTo(events.getFirst().id()).isPositive();
        assertThat(first.status()).isEqualTo(200);
        assertThat(first.took().toNanos()).isPositive();
        assertThat(first.error()).isEmpty();
        LoopEvent second = events.get(3);
        assertThat(second.id()).isEqualTo(events.get(1).id()).isNotEqualTo(first.id());
        assertThat(second.status()).isZero();
        assertThat(second.error()).isPresent();
    }
}
