package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.http.RawHttp.Answer;
import dev.millrace.kernel.SystemError;
import dev.millrace.net.ConnectionLimits;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How servers and connections end, and who is told. */
@Timeout(30)
class HttpCloseTest {
    private final StringBuilder told = new StringBuilder();
    private final List<ServerResponse> open = new ArrayList<>();

    private void hold(ServerRequest request, ServerResponse response) {
        open.add(response);
        request.onError(error -> told.append(SystemError.codeOf(error)).append(" "))
                .onClose(() -> told.append("request-close "))
                .onEnd(() -> told.append("end "))
                .onData(data -> told.append("data "));
        response.onFinish(() -> told.append("finish ")).onClose(() -> told.append("close "));
    }

    private String told(HttpFixture fixture) {
        return fixture.onLoop(told::toString);
    }

    private void untilOpen(HttpFixture fixture, int count) {
        fixture.until(() -> open.size() == count);
    }

    @Tag("R58")
    @Test
    void closingEndsIdleConnectionsAtOnceAndBusyOnesWithTheirAnswer() throws IOException {
        boolean[] isClosed = new boolean[1];
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp fresh = fixture.connect();
                RawHttp idle = fixture.connect();
                RawHttp busy = fixture.connect()) {
            idle.send(RawHttp.get("/idle"));
            untilOpen(fixture, 1);
            fixture.run(() -> open.getFirst().end("idle"));
            assertThat(idle.answer().text()).isEqualTo("idle");
            busy.send(RawHttp.get("/busy"));
            untilOpen(fixture, 2);
            fixture.until(() -> fixture.server().net().connectionCount() == 3);
            fixture.run(() -> {
                fixture.server().onClose(() -> isClosed[0] = true);
                fixture.server().close();
            });
            assertThat(idle.rest()).isEmpty();
            assertThat(fresh.rest()).isEmpty();
            idle.close();
            fresh.close();
            fixture.until(() -> fixture.server().net().connectionCount() == 1);
            fixture.run(() -> assertThat(isClosed[0]).isFalse());
            fixture.run(() -> open.get(1).end("busy"));
            Answer last = busy.answer();
            assertThat(last.text()).isEqualTo("busy");
            assertThat(last.header("Connection")).isEqualTo("close");
            assertThat(busy.rest()).isEmpty();
            busy.close();
            fixture.awaitEnd();
            assertThat(isClosed[0]).isTrue();
        }
    }

    @Tag("R58")
    @Test
    void closingAnswersAllThatWasPipelined() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/1") + RawHttp.get("/2"));
            untilOpen(fixture, 2);
            fixture.run(() -> {
                fixture.server().close();
                open.get(0).end("one");
                open.get(1).end("two");
            });
            assertThat(client.answer().text()).isEqualTo("one");
            Answer last = client.answer();
            assertThat(last.text()).isEqualTo("two");
            assertThat(last.header("Connection")).isEqualTo("close");
            assertThat(client.rest()).isEmpty();
        }
    }

    @Tag("R58")
    @Test
    void whatFollowsTheRequestThatArrivesWhileItClosesIsNotServed() throws IOException {
        String first = RawHttp.get("/1");
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(first.substring(0, 20));
            fixture.untilRead(20);
            fixture.run(fixture.server()::close);
            client.send(first.substring(20) + RawHttp.get("/2"));
            untilOpen(fixture, 1);
            fixture.turns();
            fixture.run(() -> open.getFirst().end("one"));
            assertThat(client.answer().text()).isEqualTo("one");
            assertThat(client.rest()).isEmpty();
            assertThat(fixture.requestCount()).isEqualTo(1);
        }
    }

    @Tag("R58")
    @Test
    void closingWaitsForARequestThatIsStillArriving() throws IOException {
        try (var fixture = HttpFixture.serve(HttpBodyTest::count);
                RawHttp body = fixture.connect();
                RawHttp head = fixture.connect()) {
            head.send("GET / HTTP/1.1\r\nHos");
            body.send(RawHttp.post("body").replace("body", "bo"));
            fixture.until(() ->
                    fixture.server().requestCount() == 1
                            && fixture.server().connections().stream()
                                    .allMatch(one -> one.socket().bytesRead() >= 19));
            fixture.run(fixture.server()::close);
            Answer answer = body.send("dy").answer();
            assertThat(answer.text()).isEqualTo("4");
            assertThat(answer.header("Connection")).isEqualTo("close");
            Answer other = head.send("t: a\r\n\r\n").answer();
            assertThat(other.text()).isEqualTo("0");
            assertThat(other.header("Connection")).isEqualTo("close");
        }
    }

    @Tag("R58")
    @Test
    void closingAllConnectionsDestroysBusyOnes() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            untilOpen(fixture, 1);
            fixture.run(() -> {
                fixture.server().close();
                fixture.server().closeAllConnections();
            });
            assertThat(client.isOver()).isTrue();
            fixture.awaitEnd();
            assertThat(told.toString()).isEqualTo("end request-close close ");
        }
    }

    /** A body that ends with the connection must not look whole: a FIN would say so. */
    @Tag("R58")
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingAllConnectionsResetsWhatWouldLookWhole(boolean isEnded) throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = RawHttp.connect(fixture.port(), 64 << 10)) {
            client.send("GET / HTTP/1.0\r\n\r\n");
            untilOpen(fixture, 1);
            fixture.run(() -> {
                // What is ended is so long that the most of it waits in the socket.
                open.getFirst().write(new byte[isEnded ? 32 << 20 : 10]);
                if (isEnded) {
                    open.getFirst().end();
                }
            });
            fixture.run(fixture.server()::closeAllConnections);
            assertThatThrownBy(client::rest).hasMessageContaining("reset");
            fixture.untilEmpty();
        }
    }

    @Test
    @PlainOnly(PlainOnly.Reason.HANDSHAKE)
    void aConnectionOverTheLimitIsClosedAndCounted() throws IOException {
        HttpServerOptions options = HttpServerOptions.DEFAULTS.withMaxConnections(2);
        try (var fixture =
                        HttpFixture.serve(options, (request, response) -> response.end("served"));
                RawHttp one = fixture.connect();
                RawHttp two = fixture.connect()) {
            assertThat(one.get().text()).isEqualTo("served");
            assertThat(two.get().text()).isEqualTo("served");
            try (RawHttp three = fixture.connect()) {
                assertThat(three.isOver()).isTrue();
            }
            assertThat(fixture.droppedCount()).isEqualTo(1);
            one.close();
            fixture.until(() -> fixture.server().net().connectionCount() == 1);
            try (RawHttp three = fixture.connect()) {
                assertThat(three.get().text()).isEqualTo("served");
            }
            assertThat(fixture.droppedCount()).isEqualTo(1);
        }
    }

    /** The number means the same as for a server of net. */
    @Tag("I13")
    @Test
    @PlainOnly(PlainOnly.Reason.HANDSHAKE)
    void zeroConnectionsIsALimitAndNoLimitHasAName() throws IOException {
        HttpServerOptions options = HttpServerOptions.DEFAULTS.withMaxConnections(0);
        assertThat(HttpServerOptions.DEFAULTS.net().limits().maxConnections())
                .isEqualTo(ConnectionLimits.NO_LIMIT);
        assertThatThrownBy(() -> options.withMaxConnections(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "maxConnections is -1: use 0 (none at all) or more, NO_LIMIT is the default");
        try (var fixture =
                        HttpFixture.serve(options, (request, response) -> response.end("served"));
                RawHttp client = fixture.connect()) {
            assertThat(client.isOver()).isTrue();
            assertThat(fixture.droppedCount()).isEqualTo(1);
        }
    }

    @Tag("R60")
    @Tag("J17")
    @Test
    void aClientThatLeavesInItsBodyAbortsTheRequest() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nxyz");
            fixture.until(() -> told.toString().contains("data"));
            client.reset();
            fixture.untilEmpty();
            assertThat(told(fixture)).isEqualTo("data ECONNRESET request-close close ");
        }
    }

    @Tag("R60")
    @Test
    void writingAfterThePeerHasGoneDoesNothing() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            untilOpen(fixture, 1);
            client.reset();
            fixture.untilEmpty();
            fixture.run(() -> {
                ServerResponse response = open.getFirst();
                assertThat(response.isClosed()).isTrue();
                assertThat(response.write("too late")).isFalse();
                response.flushHead();
                response.end("too late");
                response.end();
            });
            assertThat(told(fixture)).isEqualTo("end request-close close ");
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    /** What was kept for a reader that comes too late is gone with the connection. */
    @Tag("J17")
    @Test
    void aClosedRequestGivesNothingMore() throws IOException {
        ServerRequest[] held = new ServerRequest[1];
        try (var fixture = HttpFixture.serve((request, response) -> held[0] = request);
                RawHttp client = fixture.connect()) {
            String request = RawHttp.post("kept").replace("h: 4", "h: 9");
            client.send(request);
            fixture.untilRead(request.length());
            fixture.run(() -> held[0].destroy());
            fixture.untilEmpty();
            fixture.run(() -> held[0].onData(data -> told.append("data ")).resume());
            fixture.run(() -> assertThat(held[0].isComplete()).isFalse());
            assertThat(told(fixture)).isEmpty();
        }
    }

    @Tag("R60")
    @Test
    void anAnswerUnderWayIsClosedWithoutFinish() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/") + RawHttp.get("/"));
            untilOpen(fixture, 2);
            fixture.run(() -> open.getFirst().write("half"));
            assertThat(client.line()).isEqualTo("HTTP/1.1 200 OK");
            client.reset();
            fixture.untilEmpty();
            assertThat(told(fixture)).isEqualTo("end end request-close close request-close close ");
        }
    }

    @Tag("J17")
    @Test
    void aGoodExchangeEndsInOrder() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post("x"));
            fixture.until(() -> told.toString().contains("end"));
            fixture.run(() -> open.getFirst().end("done"));
            assertThat(client.answer().text()).isEqualTo("done");
            assertThat(told(fixture)).isEqualTo("data end finish close request-close ");
        }
    }

    /** Row M5's promise, for the end of an exchange. */
    @Test
    void listenersAttachedRightAfterTheEndAreTold() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.end("done");
                            response.onFinish(() -> told.append("finish "));
                            response.onClose(() -> told.append("close "));
                        });
                RawHttp client = fixture.connect()) {
            assertThat(client.get().text()).isEqualTo("done");
            assertThat(told(fixture)).isEqualTo("finish close ");
        }
    }

    @Tag("J17")
    @Test
    void clientsThatLeaveAnywhereLeaveNothingBehind() throws IOException {
        String whole = RawHttp.post("some body") + RawHttp.chunked("x") + RawHttp.get("/");
        try (var fixture = HttpFixture.serve((request, response) -> request.pipeTo(response))) {
            for (int at = 0; at <= whole.length(); at++) {
                RawHttp client = fixture.connect().send(whole.substring(0, at));
                if (at % 2 == 0) {
                    client.reset();
                } else {
                    client.close();
                }
            }
            fixture.untilEmpty();
            fixture.run(() -> assertThat(fixture.server().parsers().idleCount()).isPositive());
            fixture.run(() -> fixture.server().close());
            fixture.awaitEnd();
        }
    }
}
