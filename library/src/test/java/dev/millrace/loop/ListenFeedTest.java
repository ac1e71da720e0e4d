package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.Descriptor;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server whose connections are accepted elsewhere: on the same loop, by a listener beside it. */
@Tag("epoll")
class ListenFeedTest {
    private static final IpAddress SHOWN = IpAddress.loopback(4711);

    private final Loop loop = Loop.create();
    private final Journal journal = new Journal();
    private final List<Descriptor> accepted = new ArrayList<>();
    private final ListenHandle elsewhere = new ListenHandle(loop, ListenOptions.DEFAULTS);
    private ListenFeed feed;

    @AfterEach
    void close() {
        loop.close();
    }

    private void until(String what) {
        LoopFixture.pollUntil(loop, what, () -> journal.count(what) > 0);
    }

    private NetServer listen() throws IOException {
        elsewhere.bind(IpAddress.loopback(0));
        // @start region="extract"
        elsewhere.listen(stream -> accepted.add(stream.extract())); // nothing was read from it
        // @end region="extract"
        // @start region="feed"
        loop.listenSource(attempt -> {
            feed = attempt.feed(SHOWN);
            feed.onDemand(() -> journal.add("more")); // ask for connections where they are accepted
            feed.onClose(() -> journal.add("no more"));
        });
        // @end region="feed"
        return NetServer.create(loop, socket -> socket.end("served")).listen(1);
    }

    /** A client's connection, accepted and not delivered yet. */
    private Descriptor connection() {
        int before = accepted.size();
        NetSocket.connect(loop, elsewhere.localAddress())
                .onData(data -> journal.add(StandardCharsets.UTF_8.decode(data).toString()));
        LoopFixture.pollUntil(loop, "accepted", () -> accepted.size() > before);
        return accepted.getLast();
    }

    @Test
    void whatIsDeliveredIsServed() throws IOException {
        NetServer server = listen();
        until("more");
        assertThat(server.address()).contains(SHOWN);
        assertThat(server.handle().orElseThrow().key()).isEqualTo("IPv4:127.0.0.1:4711");
        Descriptor connection = connection();
        feed.deliver(connection);
        assertThat(connection.isOpen()).as("it is the server's now").isFalse();
        until("served");
        server.close();
        assertThat(journal.lines()).containsExactly("more", "served", "no more");
        Descriptor late = connection();
        assertThatThrownBy(() -> feed.deliver(late)).hasMessageContaining("ECANCELED");
        assertThat(late.isOpen()).as("still the caller's").isTrue();
        late.close();
        assertThat(feed.isTaking()).isFalse();
        elsewhere.close();
    }

    @Test
    void aPausedServersConnectionsWait() throws IOException {
        NetServer server = listen();
        until("more");
        server.pause();
        assertThat(feed.isTaking()).isFalse();
        feed.deliver(connection());
        loop.run(RunMode.NOWAIT);
        assertThat(server.acceptedCount()).isZero();
        server.resume();
        until("served");
        assertThat(journal.count("more")).as("behind what waited").isEqualTo(2);
        feed.deliver(connection());
        server.close();
        elsewhere.close();
    }

    @Test
    void whatWaitsIsClosedWithTheServer() throws IOException {
        NetServer server = listen();
        until("more");
        server.pause();
        Descriptor waiting = connection();
        feed.deliver(waiting);
        server.close();
        assertThat(waiting.isOpen()).isFalse();
        elsewhere.close();
    }

    @Test
    void whatIsNoConnectionStaysTheCallers() throws IOException {
        NetServer server = listen();
        until("more");
        Descriptor listener = elsewhere.duplicate();
        assertThatThrownBy(() -> feed.deliver(listener)).isInstanceOf(IOException.class);
        assertThat(listener.isOpen()).isTrue();
        listener.close();
        server.close();
        elsewhere.close();
    }

    @Test
    @Tag("I16")
    void anExclusiveListenerDoesNotAskTheSource() {
        loop.listenSource(attempt -> {
            throw new AssertionError("asked");
        });
        NetServer server = NetServer.create(loop);
        server.listen(IpAddress.loopback(0), ListenOptions.DEFAULTS.withExclusive(true));
        LoopFixture.pollUntil(loop, "listening", server::isListening);
        server.close();
        assertThat(server.isListening()).isFalse();
    }
}
