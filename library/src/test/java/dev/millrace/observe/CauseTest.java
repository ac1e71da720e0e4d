package dev.millrace.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpServer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.observe.LoopEvent.Step;
import dev.millrace.testing.Events;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Which callback brought about what: the way of a number through everything that is begun later.
 */
@Tag("M2")
class CauseTest {
    private final LoopFixture fixture = new LoopFixture();
    private final Loop loop = fixture.loop();
    private final Events events = new Events();
    private final Observation observation = Observation.add(events);
    private final Journal journal = new Journal();

    /** What was the cause, by the name of the place; one of them is off the loop. */
    private final Map<String, Long> causes = new ConcurrentSkipListMap<>();

    private int servers;

    @AfterEach
    void close() {
        observation.close();
        fixture.close();
    }

    private void note(String place) {
        causes.put(place, Cause.id());
        journal.add(place);
    }

    /** The port of a server that is listening. */
    private int serve(BiConsumer<NetServer, NetSocket> taken) {
        NetServer server =
                fixture.call(() -> {
                    NetServer made = NetServer.create(loop);
                    made.onConnection(socket -> taken.accept(made, socket));
                    made.onListening(journal.line("listening"));
                    return made.listen(IpAddress.loopback(0));
                });
        journal.await("listening", ++servers);
        return fixture.<Integer>call(server::port);
    }

    /** Everything that can be put off, in a callback of a socket. */
    private void beginEverything(NetSocket socket) {
        note("data");
        loop.setTimeout(Duration.ZERO, () -> note("timeout"));
        loop.setImmediate(() -> note("immediate"));
        loop.nextTick(() -> {
            note("tick");
            loop.nextTick(() -> note("tick of a tick"));
        });
        loop.queueMicrotask(() -> note("microtask"));
        loop.execute(() -> note("task"));
        loop.offload(
                        () -> {
                            note("off the loop");
                            loop.execute(() -> note("back from there"));
                            return 1;
                        })
                .thenAccept(one -> note("work"));
        byte[] answer = "answer".getBytes(StandardCharsets.UTF_8);
        socket.write(ByteBuffer.wrap(answer), error -> note("written"));
    }

    @Test
    void whatACallbackBeginsIsItsDoing() {
        long[] id = new long[1];
        int port =
                serve((server, socket) -> {
                    id[0] = socket.id();
                    note("connection");
                    socket.onData(data -> beginEverything(socket));
                    socket.onEnd(() -> note("end"));
                    socket.onClose(() -> {
                        note("close");
                        server.close();
                    });
                });
        fixture.act(() -> note("a task of another thread"));
        try (RawClient client = RawClient.connect(port)) {
            assertThat(client.write("x").readText(6)).isEqualTo("answer");
            for (String place : new String[] {"timeout", "work", "back from there", "written"}) {
                journal.await(place);
            }
        }
        journal.await("close");
        Map<String, Long> seen = fixture.call(() -> new TreeMap<>(causes));
        assertThat(seen.remove("a task of another thread")).isEqualTo(Cause.NONE);
        // The close phase is the loop's.
        assertThat(seen.remove("close")).isIn(id[0], Cause.NONE);
        assertThat(seen)
                .hasSize(13)
                .allSatisfy((place, cause) -> assertThat(cause).as(place).isEqualTo(id[0]));
    }

    @Test
    void aConnectionTellsWhoseCallbackBeganIt() {
        int behind =
                serve((server, socket) -> {
                    socket.destroySoon();
                    server.close();
                });
        long[] id = new long[2];
        int port =
                serve((server, socket) -> {
                    id[0] = socket.id();
                    socket.onData(data ->
                            loop.setImmediate(() -> {
                                NetSocket upstream = NetSocket.connect(loop, behind, "localhost");
                                upstream.onConnect(() -> note("connect"));
                                id[1] = upstream.id();
                                upstream.pipelineTo(socket);
                            }));
                    server.close();
                });
        try (RawClient client = RawClient.connect(port)) {
            assertThat(client.write("x").readToEnd()).isEmpty();
        }
        LoopEvent connect =
                events.await(event -> event.step() == Step.CONNECT && event.id() == id[1]);
        assertThat(connect.cause()).isEqualTo(id[0]);
        LoopEvent lookup = events.await(event -> event.step() == Step.LOOKUP);
        assertThat(lookup.cause()).as("the socket that asked").isEqualTo(id[1]);
        LoopEvent close = events.await(event -> event.step() == Step.CLOSE && event.id() == id[1]);
        assertThat(close.cause()).isEqualTo(id[0]);
        assertThat(fixture.<Long>call(() -> causes.get("connect"))).isEqualTo(id[1]);
    }

    @Test
    void eachRequestOfAConnectionIsACauseOfItsOwn() {
        HttpServer server =
                fixture.call(() ->
                        HttpServer.create(
                                loop,
                                (request, response) -> {
                                    note("handler " + request.target());
                                    request.onEnd(() -> note("end " + request.target()));
                                    request.resume();
                                    response.onFinish(() -> note("finish " + request.target()));
                                    loop.setImmediate(() -> {
                                        note("later " + request.target());
                                        response.end();
                                    });
                                }));
        fixture.act(() -> server.net().onListening(journal.line("listening")));
        fixture.act(() -> server.listen(IpAddress.loopback(0)));
        journal.await("listening");
        String text = "POST /%s HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx";
        try (RawClient client = RawClient.connect(fixture.<Integer>call(server::port))) {
            client.write(text.formatted("a") + text.formatted("b"));
            journal.await("finish /b");
        }
        fixture.act(server::close);
        for (String target : new String[] {"/a", "/b"}) {
            long request =
                    events.await(event ->
                                    event.step() == Step.REQUEST
                                            && event.name().equals("POST " + target))
                            .id();
            for (String place : new String[] {"handler ", "end ", "later ", "finish "}) {
                assertThat(fixture.<Long>call(() -> causes.get(place + target)))
                        .as(place + target)
                        .isEqualTo(request);
            }
        }
    }

    @Test
    void nothingIsFollowedOnceNothingObserves() {
        observation.close();
        int port =
                serve((server, socket) ->
                        socket.onData(data -> {
                            note("data");
                            loop.setImmediate(() -> {
                                note("later");
                                socket.destroySoon();
                                server.close();
                            });
                        }));
        try (RawClient client = RawClient.connect(port)) {
            assertThat(client.write("x").readToEnd()).isEmpty();
        }
        assertThat(fixture.<Map<String, Long>>call(() -> new TreeMap<>(causes)))
                .isEqualTo(Map.of("data", Cause.NONE, "later", Cause.NONE));
    }
}
