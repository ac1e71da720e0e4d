package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client ends its side while a response is due: its handler hears of it, and may go on. */
@Tag("J2")
@Timeout(30)
class HttpPeerEndTest {
    private static final String BODY = "b".repeat(100_000);

    private final List<String> told = new ArrayList<>();
    private final List<ServerResponse> due = new ArrayList<>();

    private void hold(ServerRequest request, ServerResponse response) {
        due.add(response);
        String name = request.target();
        request.onPeerEnd(() -> told.add("request " + name));
        response.onPeerEnd(() -> told.add("response " + name));
        response.onClose(() -> told.add("close " + name));
    }

    private void end(HttpFixture fixture, int index, String text) {
        fixture.run(() -> due.get(index).end(text));
    }

    @Test
    void itIsToldOnceAndTheResponseStillComes() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/a")).endOutput();
            fixture.until(() -> told.contains("response /a"));
            fixture.run(() -> assertThat(told).containsExactly("request /a", "response /a"));
            end(fixture, 0, "still");
            assertThat(client.answer().text()).isEqualTo("still");
            assertThat(client.rest()).isEmpty();
            fixture.untilEmpty();
            fixture.run(() ->
                    assertThat(told).containsExactly("request /a", "response /a", "close /a"));
        }
    }

    @Test
    @Tag("epoll")
    void eachThatWaitsHearsOfItAlsoWhenItIsParsedLater() throws IOException {
        HttpLimits two = HttpLimits.DEFAULTS.withMaxConcurrentRequests(2);
        try (var fixture = HttpFixture.serve(two, this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/a") + RawHttp.get("/b") + RawHttp.get("/c")).endOutput();
            fixture.until(() -> due.size() == 2);
            end(fixture, 0, "a");
            fixture.until(() -> told.contains("response /c"));
            fixture.run(() -> assertThat(told).contains("request /b", "response /b", "request /c"));
            end(fixture, 1, "b");
            end(fixture, 2, "c");
            assertThat(client.answer().text()).isEqualTo("a");
            assertThat(client.answer().text()).isEqualTo("b");
            assertThat(client.answer().text()).isEqualTo("c");
            fixture.untilEmpty();
            fixture.run(() -> assertThat(told).doesNotHaveDuplicates());
        }
    }

    /** What is read is held back, so that the end itself is not read. */
    @Test
    @Tag("epoll")
    void itIsToldAlsoWhenTheBodyIsNotRead() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post(BODY)).endOutput();
            fixture.until(() -> told.contains("response /"));
            fixture.run(() -> assertThat(told).containsExactly("request /", "response /"));
            end(fixture, 0, "unread");
            assertThat(client.answer().text()).isEqualTo("unread");
        }
    }

    @Test
    @Tag("epoll")
    void itIsToldAlsoBehindRequestsThatAreNotRead() throws IOException {
        HttpLimits one = HttpLimits.DEFAULTS.withMaxConcurrentRequests(1);
        try (var fixture = HttpFixture.serve(one, this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/a") + RawHttp.post(BODY)).endOutput();
            fixture.until(() -> told.contains("response /a"));
            fixture.run(() -> assertThat(due).hasSize(1));
            end(fixture, 0, "a");
            fixture.until(() -> told.contains("response /"));
            end(fixture, 1, "b");
            assertThat(client.answer().text()).isEqualTo("a");
            assertThat(client.answer().text()).isEqualTo("b");
        }
    }

    @Test
    void aListenerThatComesLateHearsOfItAsWell() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/a")).endOutput();
            fixture.until(() -> told.contains("response /a"));
            fixture.run(() -> {
                due.getFirst().onPeerEnd(() -> told.add("late"));
                due.getFirst().request().onPeerEnd(() -> told.add("late as well"));
                assertThat(told).as("not from inside the call").doesNotContain("late");
            });
            fixture.until(() -> told.contains("late as well"));
            end(fixture, 0, "a");
            fixture.untilEmpty();
            fixture.run(() -> {
                due.getFirst().onPeerEnd(() -> told.add("too late"));
                due.getFirst().request().onPeerEnd(() -> told.add("too late"));
            });
            assertThat(client.answer().text()).isEqualTo("a");
            fixture.run(() -> assertThat(told).contains("late").doesNotContain("too late"));
        }
    }

    /** The exchange is over by then, and so it is of no interest. */
    @Test
    void nothingIsToldOfAnIdleConnection() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            hold(request, response);
                            response.end("at once");
                        });
                RawHttp client = fixture.connect()) {
            assertThat(client.send(RawHttp.get("/a")).answer().text()).isEqualTo("at once");
            client.endOutput();
            assertThat(client.rest()).isEmpty();
            fixture.untilEmpty();
            fixture.run(() -> assertThat(told).containsExactly("close /a"));
        }
    }

    @Test
    void whatAListenerThrowsIsTheHandlersFailure() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                response.onPeerEnd(() -> {
                                    throw new IllegalStateException("mine");
                                }));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/a")).endOutput();
            assertThat(client.answer().status()).isEqualTo(500);
            assertThat(fixture.handlerErrors())
                    .hasSize(1)
                    .first()
                    .hasToString("java.lang.IllegalStateException: mine");
        }
    }

    @Test
    void withoutHalfOpenConnectionsTheClientIsGone() throws IOException {
        HttpServerOptions options = HttpServerOptions.DEFAULTS.withAllowHalfOpen(false);
        try (var fixture = HttpFixture.serve(options, this::hold);
                RawHttp client = fixture.connect();
                RawHttp other = fixture.connect()) {
            other.send(RawHttp.get("/other"));
            fixture.until(() -> due.size() == 1);
            client.send(RawHttp.get("/a") + RawHttp.get("/b")).endOutput();
            fixture.until(() -> told.contains("close /a"));
            assertThat(client.rest()).isEmpty();
            fixture.run(() -> {
                assertThat(told).contains("close /a").doesNotContain("response /a", "close /other");
                assertThat(due.get(1).write("too late")).isFalse();
            });
            end(fixture, 0, "others are served");
            assertThat(other.answer().text()).isEqualTo("others are served");
        }
    }

    /** A response that was given goes out: the client has asked for nothing more. */
    @Test
    void withoutHalfOpenConnectionsWhatWasAnsweredStillArrives() throws IOException {
        HttpServerOptions options = HttpServerOptions.DEFAULTS.withAllowHalfOpen(false);
        try (var fixture = HttpFixture.serve(options, (request, response) -> response.end(BODY));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/a")).endOutput();
            assertThat(client.answer().text()).isEqualTo(BODY);
            assertThat(client.rest()).isEmpty();
        }
    }
}
