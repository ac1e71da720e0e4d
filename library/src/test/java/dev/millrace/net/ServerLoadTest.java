package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpServer;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import dev.millrace.testing.LoopFixture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What the servers of a loop have to do, in all. */
class ServerLoadTest {
    // @start region="load"
    /** Of a protocol with one request a line. */
    static NetServer lines(Loop loop) {
        ServerLoad load = ServerLoad.of(loop);
        return NetServer.create(
                loop,
                socket ->
                        socket.onData(line -> {
                            load.countRequest();
                            socket.write(line);
                        }));
    }

    // @end region="load"

    @Test
    void connectionsAndRequestsOfAllServersAreCounted() {
        try (Loop loop = Loop.create()) {
            NetServer lines = lines(loop).listen(IpAddress.loopback(0));
            HttpServer http =
                    HttpServer.create(loop, (request, response) -> response.end("x"))
                            .listen(IpAddress.loopback(0));
            LoopFixture.pollUntil(
                    loop, "they listen", () -> lines.isListening() && http.net().isListening());
            ServerLoad load = ServerLoad.of(loop);
            assertThat(load).isSameAs(ServerLoad.of(loop));
            AtomicReference<String> said = new AtomicReference<>("");
            NetSocket one = NetSocket.connect(loop, lines.port()).onData(data -> said.set("line"));
            one.write("a line\n");
            NetSocket two =
                    NetSocket.connect(loop, http.port())
                            .onData(data -> said.accumulateAndGet("response", String::concat));
            LoopFixture.pollUntil(loop, "a line", () -> said.get().equals("line"));
            two.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            LoopFixture.pollUntil(loop, "both", () -> said.get().contains("response"));
            assertThat(load.connectionCount()).isEqualTo(2);
            assertThat(load.requestCount()).isEqualTo(2);
            assertThat(load).hasToString("ServerLoad[2 connections, 2 requests]");
            one.destroy();
            LoopFixture.pollUntil(loop, "one less", () -> load.connectionCount() == 1);
            two.destroy();
            LoopFixture.pollUntil(loop, "none", () -> load.connectionCount() == 0);
            assertThat(load.requestCount()).isEqualTo(2);
        }
    }
}
