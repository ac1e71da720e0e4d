package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpServer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.observe.LoopEvent.Role;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.testing.Events;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Observers of one loop, and of one server. */
@Tag("M1")
class ObservedPartsTest {
    private static final String GET = "GET /%s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private final LoopFixture fixture = new LoopFixture();
    private final LoopFixture other = new LoopFixture();
    private final Events events = new Events();
    private final Journal journal = new Journal();
    private int servers;

    @AfterEach
    void close() {
        fixture.close();
        other.close();
    }

    private HttpServer serve(LoopFixture on) {
        int number = ++servers;
        HttpServer server =
                on.call(() -> {
                    HttpServer made =
                            HttpServer.create(on.loop(), (request, response) -> response.end("x"));
                    made.net().onListening(journal.line("listening " + number));
                    made.listen(IpAddress.loopback(0));
                    return made;
                });
        journal.await("listening " + number);
        return server;
    }

    private void ask(LoopFixture on, HttpServer server, String name) {
        try (RawClient client = RawClient.connect(on.<Integer>call(server::port))) {
            assertThat(client.write(GET.formatted(name)).readToEnd()).endsWith("x");
        }
    }

    private void end(LoopFixture on, HttpServer server) {
        on.act(() -> server.net().onClose(journal.line("gone " + server.hashCode())));
        on.act(server::close);
        journal.await("gone " + server.hashCode());
    }

    private List<String> requests() {
        return events.where(event -> event.step() == Step.REQUEST).stream()
                .map(LoopEvent::name)
                .toList();
    }

    @Test
    void theObserverOfALoopHearsOfThatLoopAlone() {
        Observation observation = fixture.call(() -> fixture.loop().observe(events));
        HttpServer mine = serve(fixture);
        HttpServer others = serve(other);
        ask(other, others, "other");
        ask(fixture, mine, "mine");
        end(other, others);
        end(fixture, mine);
        assertThat(requests()).containsExactly("GET /mine");
        assertThat(events.where(event -> event.step() == Step.LISTEN)).hasSize(1);
        String thread = fixture.loop().threadName();
        assertThat(events.where(event -> !event.thread().equals(thread))).isEmpty();
        observation.close();
        end(fixture, serve(fixture));
        assertThat(events.where(event -> event.step() == Step.LISTEN)).hasSize(1);
    }

    /** Its thread has no time to tell that. */
    @Test
    void theObserverOfALoopHearsOfItsStalls() {
        Observation observation = fixture.call(() -> fixture.loop().observe(events));
        String name = fixture.loop().threadName();
        other.act(() -> {
            Observation.tellStall("another", Duration.ofSeconds(1));
            Observation.tellStall(name, Duration.ofSeconds(1));
        });
        observation.close();
        assertThat(events.where(event -> event.step() == Step.STALL))
                .extracting(LoopEvent::thread)
                .containsExactly(name);
    }

    @Test
    void theObserverOfAServerHearsOfItAndOfWhatIsItsAlone() {
        HttpServer mine = serve(fixture);
        HttpServer others = serve(fixture);
        try (RawClient early = RawClient.connect(fixture.<Integer>call(mine::port))) {
            assertThat(early.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readText(15))
                    .isEqualTo("HTTP/1.1 200 OK");
            Observation observation = fixture.call(() -> mine.net().observe(events));
            ask(fixture, others, "other");
            ask(fixture, mine, "mine");
            early.write(GET.formatted("early")).readToEnd();
            end(fixture, others);
            end(fixture, mine);
            observation.close();
        }
        assertThat(requests()).containsExactly("GET /mine", "GET /early");
        long server = fixture.<Long>call(() -> mine.net().id());
        assertThat(events.where(event -> event.role() == Role.TCP))
                .allMatch(event -> event.cause() == server)
                .extracting(LoopEvent::step)
                .containsExactly(Step.ACCEPT, Step.CLOSE, Step.CLOSE);
        assertThat(events.where(event -> event.role() == Role.TCP_SERVER))
                .extracting(LoopEvent::step)
                .containsExactly(Step.CLOSE);
    }

    @Test
    void theObserverOfAServerHearsOfItFromItsListenToItsClose() {
        NetServer server = fixture.call(() -> NetServer.create(fixture.loop(), socket -> {}));
        Observation observation = fixture.call(() -> server.observe(events));
        fixture.act(
                () -> server.onListening(journal.line("listening")).listen(IpAddress.loopback(0)));
        journal.await("listening");
        long id = fixture.<Long>call(server::id);
        LoopEvent listen = events.await(event -> event.step() == Step.LISTEN);
        assertThat(listen.id()).isEqualTo(id);
        fixture.act(server::close);
        assertThat(events.await(event -> event.step() == Step.CLOSE).id()).isEqualTo(id);
        observation.close();
    }
}
