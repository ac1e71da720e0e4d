package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawHttp.Answer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetSocket;
import dev.millrace.stream.Framing;
import dev.millrace.testing.Ends;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a handler meets at the edges: of its own errors, of a full socket, of what it may say. */
@Timeout(30)
class HttpHandlerEdgesTest {
    private final List<ServerResponse> open = new ArrayList<>();

    private void hold(ServerRequest request, ServerResponse response) {
        open.add(response);
    }

    @Tag("X76")
    @Test
    void whatTheListenerOfHandlerErrorsThrowsIsUncaught() {
        List<String> uncaught = new ArrayList<>();
        StringBuilder received = new StringBuilder();
        LoopFixture.run(loop -> {
            loop.onUncaught(thrown -> uncaught.add(thrown.getMessage()));
            HttpServer server =
                    Ends.http(
                            loop,
                            (request, response) -> {
                                throw new IllegalStateException("of the handler");
                            });
            server.onHandlerError(thrown -> {
                throw new IllegalStateException("of the listener");
            });
            server.onListening(() -> {
                NetSocket client = Ends.connect(loop, server.net().address().orElseThrow());
                client.onData(bytes -> received.append(StandardCharsets.US_ASCII.decode(bytes)));
                client.onClose(server::close);
                client.write(RawHttp.get("/"));
            });
            server.listen(IpAddress.loopback(0));
        });
        assertThat(uncaught).containsExactly("of the listener");
        assertThat(received).startsWith("HTTP/1.1 500 ");
    }

    /** What comes there are requests: a handler that listens as well would take them away. */
    @Test
    void whatComesOnTheSocketIsTheServersAlone() throws IOException {
        List<String> refused = new ArrayList<>();
        HttpHandler greedy =
                (request, response) -> {
                    NetSocket socket = response.socket();
                    List<Runnable> tries =
                            List.of(
                                    () -> socket.onBytes((array, offset, length) -> length),
                                    () -> socket.onFrames(Framing.lines(9), line -> {}),
                                    socket::offBytes,
                                    () -> socket.unshift(ByteBuffer.wrap(new byte[1])));
                    for (Runnable one : tries) {
                        try {
                            one.run();
                        } catch (IllegalStateException e) {
                            refused.add(e.getMessage());
                        }
                    }
                    response.end("ok");
                };
        try (var fixture = HttpFixture.serve(greedy);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            assertThat(client.answer().text()).isEqualTo("ok");
            client.send(RawHttp.get("/"));
            assertThat(client.answer().text()).isEqualTo("ok");
        }
        assertThat(refused)
                .hasSize(8)
                .allMatch(text -> text.startsWith("what comes on this stream belongs to"));
    }

    /** The turn of a response comes, but the socket is full of the one before. */
    @Tag("J16")
    @Test
    void aWriterWhoseTurnComesAtAFullSocketIsNotToldToGoOn() throws IOException {
        int size = 16 << 20;
        int slice = 100_000;
        int[] drains = new int[1];
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = RawHttp.connect(fixture.port(), 64 << 10)) {
            client.send(RawHttp.get("/").repeat(2));
            fixture.until(() -> open.size() == 2);
            fixture.run(() -> {
                ServerResponse second = open.get(1).onDrain(() -> drains[0]++);
                assertThat(second.write(new byte[slice], 0, slice)).isFalse();
                open.get(0).end(new byte[size]);
            });
            fixture.turns();
            assertThat(fixture.<Integer>onLoop(() -> drains[0])).isZero();
            assertThat(client.answer().body()).hasSize(size);
            fixture.until(() -> drains[0] == 1);
            fixture.run(() -> open.get(1).end());
            assertThat(client.answer().body()).hasSize(slice);
        }
    }

    @Tag("R41")
    @Test
    void aLengthSetOn204StaysAway() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                response.status(204).header("Content-Length", "0").end());
                RawHttp client = fixture.connect()) {
            Answer answer = client.get();
            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.has("Content-Length")).isFalse();
            assertThat(client.get().status()).as("and the connection is kept").isEqualTo(204);
        }
    }

    @Tag("R57")
    @Test
    void aCloseListenerThatComesLateIsToldWhateverEndedTheExchange() throws IOException {
        int[] told = new int[1];
        List<ServerRequest> requests = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            requests.add(request);
                            response.end();
                        });
                RawHttp client = fixture.connect()) {
            assertThat(client.get().status()).isEqualTo(200);
            fixture.run(() -> requests.getFirst().onClose(() -> told[0]++));
            fixture.until(() -> told[0] == 1);
            assertThat(client.get().status()).isEqualTo(200);
            assertThat(fixture.<Integer>onLoop(() -> told[0])).isEqualTo(1);
        }
    }

    /** All of the body is there, but it is not what its reader takes. */
    @Test
    void aBodyThatEndsInsideAFrameIsAnErrorAndNotComplete() throws IOException {
        StringBuilder told = new StringBuilder();
        List<ServerRequest> requests = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            requests.add(request);
                            request.onFrames(Framing.fixedLength(3), frame -> told.append("frame "))
                                    .onEnd(() -> told.append("end "))
                                    .onError(error -> told.append("error "))
                                    .onClose(() -> told.append("close "));
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post("BODY"));
            assertThat(client.isOver()).isTrue();
            fixture.untilEmpty();
            assertThat(fixture.<String>onLoop(told::toString)).isEqualTo("frame error close ");
            fixture.run(() -> assertThat(requests.getFirst().isComplete()).isFalse());
        }
    }

    /** The drain of the answer must not read on for a reader that has paused. */
    @Test
    @PlainOnly(PlainOnly.Reason.BYTES)
    void aBodyThatIsPausedStaysSoWhenTheAnswerDrains() throws IOException {
        int size = 16 << 20;
        int[] drains = new int[1];
        List<ServerRequest> requests = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            requests.add(request);
                            response.onDrain(() -> drains[0]++);
                            request.onBytes((array, offset, length) -> {
                                request.pause();
                                return length;
                            });
                            response.write(new byte[size], 0, size);
                        });
                RawHttp client = RawHttp.connect(fixture.port(), 64 << 10)) {
            String head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
            client.send(head + "x");
            fixture.untilRead(head.length() + 1);
            client.send("x".repeat(1000));
            assertThat(client.line()).isEqualTo("HTTP/1.1 200 OK");
            while (!client.line().isEmpty()) {
                // The rest of the head.
            }
            client.line();
            assertThat(client.exactly(size)).hasSize(size);
            fixture.until(() -> drains[0] == 1);
            fixture.turns();
            assertThat(fixture.<Long>onLoop(() -> requests.getFirst().socket().bytesRead()))
                    .isEqualTo(head.length() + 1);
            fixture.run(() -> requests.getFirst().resume());
            fixture.untilRead(head.length() + 1001);
        }
    }

    /** What was received in the same go must not reach a reader that has left. */
    @Test
    @PlainOnly(PlainOnly.Reason.PEER)
    void aRequestThatIsDestroyedByItsReaderGetsNoMore() throws IOException {
        int[] calls = new int[1];
        String chunk = "x".repeat(20_000);
        try (var fixture =
                        HttpFixture.serve((request, response) ->
                                request.onBytes((array, offset, length) -> {
                                    calls[0]++;
                                    request.destroy();
                                    return length;
                                }));
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.chunked(chunk, chunk, chunk));
            assertThat(client.isOver()).isTrue();
            fixture.untilEmpty();
            assertThat(fixture.<Integer>onLoop(() -> calls[0])).isEqualTo(1);
        }
    }
}
