package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpFixture;
import dev.millrace.http.HttpHandler;
import dev.millrace.http.RawHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples in the Javadoc of the streams of events. */
@Timeout(30)
class EventExamplesTest {
    @Test
    void stream() throws IOException {
        HttpHandler handler =
                // @start region="stream"
                (request, response) -> {
                    EventStream events = EventStream.of(request, response);
                    events.send("welcome");
                    var ticks =
                            request.loop()
                                    .setInterval(Duration.ofMillis(1), () -> events.send("tick"));
                    events.onClose(ticks::close);
                };
        // @end
        try (var fixture = HttpFixture.serve(handler);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            while (!client.line().isEmpty()) {}
            client.line();
            assertThat(client.line()).isEqualTo("data: welcome\n\n");
            client.line();
            assertThat(client.line()).isEqualTo("data: tick\n\n");
        }
    }

    @Test
    void event() {
        // @start region="event"
        ServerEvent event =
                ServerEvent.of("{\"left\": 3}")
                        .withName("stock")
                        .withId("1742")
                        .withRetry(Duration.ofSeconds(5));
        // @end
        assertThat(new String(event.encoded(), StandardCharsets.UTF_8))
                .isEqualTo("event: stock\nid: 1742\nretry: 5000\ndata: {\"left\": 3}\n\n");
    }

    @Test
    void group() throws IOException {
        // @start region="group"
        var watchers = new EventGroup();
        var router = new Router();
        router.get("/news", (request, response) -> watchers.add(EventStream.of(request, response)));
        router.post(
                "/news",
                (request, response) ->
                        request.text(10_000)
                                .thenAccept(text -> {
                                    watchers.send(text);
                                    response.end("told " + watchers.size() + "\n");
                                }));
        // @end
        try (var fixture = HttpFixture.serve(router);
                RawHttp watcher = fixture.connect();
                RawHttp client = fixture.connect()) {
            watcher.send(RawHttp.get("/news"));
            fixture.until(() -> watchers.size() == 1);
            client.send(RawHttp.post("hot").replace("/ ", "/news "));
            assertThat(client.answer().text()).isEqualTo("told 1\n");
            while (!watcher.line().isEmpty()) {}
            watcher.line();
            assertThat(watcher.line()).isEqualTo("data: hot\n\n");
        }
    }
}
