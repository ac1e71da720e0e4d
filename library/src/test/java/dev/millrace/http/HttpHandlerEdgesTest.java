package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.RawHttp.Answer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
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
                    HttpServer.create(
                            loop,
                            (request, response) -> {
                                throw new IllegalStateException("of the handler");
                            });
            server.onHandlerError(thrown -> {
                throw new IllegalStateException("of the listener");
            });
            server.onListening(() -> {
                NetSocket client = NetSocket.connect(loop, server.address().orElseThrow());
                client.onData(bytes -> received.append(StandardCharsets.US_ASCII.decode(bytes)));
                client.onClose(server::close);
                client.write(RawHttp.get("/"));
            });
            server.listen(IpAddress.loopback(0));
        });
        assertThat(uncaught).containsExactly("of the listener");
        assertThat(received).startsWith("HTTP/1.1 500 ");
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
}
