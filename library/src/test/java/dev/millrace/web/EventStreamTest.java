package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.RawHttp;
import dev.millrace.http.RawHttp.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of events: their bytes, their ends, and watchers that take too little. */
@Timeout(30)
class EventStreamTest {
    private static final EventStream.Options SILENT =
            EventStream.Options.DEFAULTS.withHeartbeat(Duration.ZERO);

    private final List<EventStream> open = new ArrayList<>();
    private final List<String> told = new ArrayList<>();

    private HttpHandler watch(EventStream.Options options) {
        return (request, response) -> {
            EventStream events = EventStream.of(request, response, options);
            open.add(events);
            events.onClose(() -> told.add("closed"));
        };
    }

    private static String encoded(ServerEvent event) {
        return new String(event.encoded(), StandardCharsets.UTF_8);
    }

    @Test
    void eachLineOfTheDataIsALine() {
        assertThat(encoded(ServerEvent.of("a\nb\r\nc\rd\n")))
                .isEqualTo("data: a\ndata: b\ndata: c\ndata: d\ndata: \n\n");
        assertThat(encoded(ServerEvent.of(""))).isEqualTo("data: \n\n");
        assertThat(encoded(ServerEvent.of("\u00e4").withId("")))
                .isEqualTo("id: \ndata: \u00e4\n\n");
    }

    @Test
    void anEventIsEncodedOnce() {
        ServerEvent event = ServerEvent.of("x");
        assertThat(event.encoded()).isSameAs(event.encoded());
        assertThat(event).hasToString("ServerEvent[message, 1 characters]");
    }

    @Test
    void whatWouldBreakTheFormatIsRefused() {
        ServerEvent event = ServerEvent.of("x");
        for (String bad : List.of("a\nb", "a\rb")) {
            assertThatThrownBy(() -> event.withName(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the name of an event has more than one line");
            assertThatThrownBy(() -> event.withId(bad)).hasMessageContaining("the id of an event");
        }
        assertThatThrownBy(() -> event.withId("a\0")).hasMessageContaining("NUL");
        assertThatThrownBy(() -> event.withRetry(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SILENT.withMaxQueuedBytes(0))
                .hasMessage("maxQueuedBytes is 0: use 1 or more");
        assertThatThrownBy(() -> SILENT.withHeartbeat(Duration.ofSeconds(-1)))
                .hasMessageContaining("use zero for none");
    }

    @Test
    void theHeadLeavesAtOnceAndEventsFollow() throws IOException {
        try (var fixture = HttpFixture.serve(watch(SILENT));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            assertThat(client.line()).isEqualTo("HTTP/1.1 200 OK");
            fixture.run(() -> {
                EventStream events = open.getFirst();
                assertThat(events.isOpen()).isTrue();
                assertThat(events.send("one")).isTrue();
                assertThat(events.comment("a\nb")).isTrue();
                events.close();
                assertThat(events.send("late")).as("closed").isFalse();
                assertThat(events.isOpen()).isFalse();
            });
            String rest = head(client);
            assertThat(rest).contains("Content-Type: text/event-stream", "Cache-Control: no-store");
            assertThat(chunks(client)).isEqualTo("data: one\n\n: a\n: b\n\n");
            fixture.until(() -> told.size() == 1);
            fixture.run(() -> open.getFirst().onClose(() -> told.add("late")));
            fixture.until(() -> told.size() == 2);
            assertThat(fixture.handlerErrorCount()).isZero();
        }
    }

    private static String head(RawHttp client) throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = client.line(); !line.isEmpty(); line = client.line()) {
            head.append(line).append('\n');
        }
        return head.toString();
    }

    private static String chunks(RawHttp client) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int length = -1; length != 0; ) {
            length = Integer.parseInt(client.line(), 16);
            text.append(new String(client.exactly(length + 2), StandardCharsets.UTF_8));
            text.setLength(text.length() - 2);
        }
        return text.toString();
    }

    @Test
    void headGetsTheHeadAlone() throws IOException {
        try (var fixture = HttpFixture.serve(watch(SILENT));
                RawHttp client = fixture.connect()) {
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.answer(false).header("Content-Type")).isEqualTo("text/event-stream");
            fixture.until(() -> told.contains("closed"));
            fixture.run(() -> assertThat(open.getFirst().send("x")).isFalse());
        }
    }

    @Test
    void theLastIdIsReadAsUtf8() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            EventStream events = EventStream.of(request, response, SILENT);
                            events.send(events.lastEventId().orElse("none"));
                            events.close();
                        });
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("data: none\n\n");
            client.send("GET / HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 7\u00c3\u00a4\r\n\r\n");
            Answer answer = client.answer();
            assertThat(answer.text()).isEqualTo("data: 7\u00c3\u00a4\n\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"FIN", "reset"})
    void itEndsAtOnceWhenTheClientLeaves(String how) throws IOException {
        try (var fixture = HttpFixture.serve(watch(SILENT));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            fixture.until(() -> open.size() == 1);
            if (how.equals("FIN")) {
                client.endOutput();
            } else {
                client.reset();
            }
            fixture.untilEmpty();
            fixture.until(() -> told.contains("closed"));
            fixture.run(() -> assertThat(open.getFirst().isOpen()).isFalse());
        }
    }

    @Test
    void aWatcherThatTakesTooLittleIsCutOff() throws IOException {
        int limit = 100_000;
        try (var fixture = HttpFixture.serve(watch(SILENT.withMaxQueuedBytes(limit)));
                RawHttp slow = RawHttp.connect(fixture.port(), 4096)) {
            slow.send(RawHttp.get("/"));
            fixture.until(() -> open.size() == 1);
            EventStream events = open.getFirst();
            ServerEvent event = ServerEvent.of("x".repeat(10_000));
            fixture.until(() -> {
                events.send(event);
                return !events.isOpen();
            });
            fixture.until(() -> told.contains("closed"));
            fixture.untilEmpty();
            assertThat(fixture.handlerErrorCount()).isZero();
        }
    }

    @Test
    void whatWaitsForAWatcherIsBounded() throws IOException {
        int limit = 100_000;
        long[] most = {0};
        HttpHandler handler =
                (request, response) -> {
                    EventStream events =
                            EventStream.of(request, response, SILENT.withMaxQueuedBytes(limit));
                    while (events.isOpen()) {
                        most[0] = Math.max(most[0], response.queuedBytes());
                        events.send("x".repeat(1000));
                    }
                };
        try (var fixture = HttpFixture.serve(handler);
                RawHttp slow = RawHttp.connect(fixture.port(), 4096)) {
            slow.send(RawHttp.get("/"));
            fixture.until(() -> most[0] > 0);
            fixture.untilEmpty();
            assertThat(most[0]).isGreaterThan(limit).isLessThan(limit + 1100);
        }
    }

    @Test
    void commentsKeepItAliveAndTheirTimerDoesNotHoldTheLoop() throws IOException {
        var fixture =
                HttpFixture.serve((request, response) -> {
                    watch(SILENT.withHeartbeat(Duration.ofMillis(1))).handle(request, response);
                    request.socket().unref();
                });
        try (RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            while (!client.line().isEmpty()) {}
            assertThat(client.line()).isEqualTo("4");
            assertThat(client.line()).isEqualTo(": \n\n");
            fixture.run(() -> fixture.server().net().unref());
            fixture.awaitEnd();
        }
    }

    @Test
    void aGroupForgetsThoseThatLeave() throws IOException {
        EventGroup group = new EventGroup();
        HttpHandler handler =
                (request, response) -> group.add(EventStream.of(request, response, SILENT));
        try (var fixture = HttpFixture.serve(handler);
                RawHttp one = fixture.connect();
                RawHttp two = fixture.connect()) {
            one.send(RawHttp.get("/"));
            two.send(RawHttp.get("/"));
            fixture.until(() -> group.size() == 2);
            one.endOutput();
            fixture.until(() -> group.size() == 1);
            fixture.run(() -> {
                group.send("news");
                assertThat(group).hasToString("EventGroup[1 watchers]");
                group.close();
            });
            head(two);
            assertThat(chunks(two)).isEqualTo("data: news\n\n");
            fixture.until(() -> group.size() == 0);
        }
    }

    @Test
    void aStreamThatIsOverIsNotAdded() throws IOException {
        EventGroup group = new EventGroup();
        HttpHandler handler =
                (request, response) -> {
                    EventStream events = EventStream.of(request, response, SILENT);
                    events.close();
                    group.add(events);
                };
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEmpty();
            assertThat(fixture.onLoop(group::size)).isZero();
        }
    }

    @Test
    void aResponseThatHasBegunIsAMistake() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.flushHead();
                            EventStream.of(request, response);
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            client.line();
            fixture.untilEmpty();
            assertThat(fixture.handlerErrors().getFirst())
                    .isInstanceOf(IllegalStateException.class);
        }
    }
}
