package dev.millrace.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.IpAddress;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.net.NetSocket;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.PlainOnly;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** In which order a socket tells what happens to it. */
class TcpEventOrderTest {
    private final Journal journal = new Journal();

    private NetSocket watched(NetSocket socket) {
        socket.onConnect(journal.line("connect"));
        socket.onData(buffer -> journal.add("data " + StandardCharsets.UTF_8.decode(buffer)));
        socket.onEnd(journal.line("end"));
        socket.onFinish(journal.line("finish"));
        socket.onDrain(journal.line("drain"));
        socket.onError(error -> journal.add("error " + error.getMessage()));
        socket.onClose(() -> journal.add("close hadError=" + socket.hadError()));
        return socket;
    }

    /** Runs a server for one connection; {@code client} gets its port on another thread. */
    private void serve(
            NetServerOptions options, Consumer<NetSocket> handler, Consumer<Integer> client) {
        LoopFixture.run(loop -> {
            NetServer server = Ends.server(loop, options);
            server.onConnection(socket -> {
                server.close();
                handler.accept(socket);
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        int port = server.port();
                        Thread.ofVirtual().start(() -> client.accept(port));
                    });
        });
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Tag("H3")
    @Tag("R10")
    @Tag("R11")
    void aNormalClient() {
        LoopFixture.run(loop -> {
            NetServer server = Ends.server(loop);
            server.onConnection(peer -> {
                server.close();
                peer.onEnd(() -> peer.end("answer")).resume();
            });
            server.listen(IpAddress.loopback(0))
                    .onListening(() -> {
                        NetSocket socket = watched(Ends.connect(loop, server.port(), "localhost"));
                        socket.write(bytes("request"), error -> journal.add("written " + error));
                        socket.end();
                    });
        });
        assertThat(journal.lines())
                .containsExactly(
                        "connect",
                        "written null",
                        "finish",
                        "data answer",
                        "end",
                        "close hadError=false");
    }

    @Test
    @Tag("R11")
    void theEndOfThePeerComesFirstWhenItIsFirst() {
        serve(
                NetServerOptions.DEFAULTS,
                this::watched,
                port -> {
                    try (RawClient client = RawClient.connect(port).write("hello").halfClose()) {
                        journal.add("client read " + client.readToEnd().length());
                    }
                });
        journal.await("client read 0");
        assertThat(journal.lines())
                .filteredOn(line -> !line.startsWith("client"))
                .containsExactly("data hello", "end", "finish", "close hadError=false");
    }

    @Test
    @Tag("E4")
    @Tag("R12")
    void aResetIsOneErrorThenClose() {
        serve(
                NetServerOptions.DEFAULTS,
                socket -> {
                    watched(socket);
                    socket.write("x");
                },
                port -> {
                    RawClient client = RawClient.connect(port);
                    client.read(1);
                    client.write("a");
                    journal.await("data a");
                    client.reset();
                });
        assertThat(journal.lines())
                .containsExactly("data a", "error read ECONNRESET", "close hadError=true");
    }

    @Test
    @Tag("R12")
    void onlyTheFirstErrorOfTwoIsTold() {
        serve(
                NetServerOptions.DEFAULTS,
                socket -> {
                    watched(socket);
                    socket.destroy(new IOException("first"));
                    socket.destroy(new IOException("second"));
                    assertThat(journal.lines()).as("not from inside the call").isEmpty();
                },
                port -> RawClient.connect(port).close());
        assertThat(journal.lines()).containsExactly("error first", "close hadError=true");
    }

    @Test
    @Tag("B12")
    @Tag("R6")
    void nothingFollowsADestroyInACallback() {
        serve(
                NetServerOptions.DEFAULTS,
                socket -> {
                    socket.onData(buffer -> {
                        journal.add("data");
                        socket.destroy();
                    });
                    socket.onEnd(journal.line("end"));
                    socket.onError(error -> journal.add("error"));
                    socket.onClose(journal.line("close"));
                },
                port -> {
                    try (RawClient client = RawClient.connect(port)) {
                        client.write(new byte[100_000]);
                        client.readEnding();
                    } catch (RuntimeException reset) {
                        journal.add("client reset");
                    }
                });
        assertThat(journal.lines())
                .filteredOn(line -> !line.startsWith("client"))
                .containsExactly("data", "close");
    }

    @Test
    void whatAListenerThrowsDestroysItsSocketAlone() {
        serve(
                NetServerOptions.DEFAULTS,
                socket -> {
                    socket.onError(error -> journal.add("error " + error.getMessage()));
                    socket.onClose(journal.line("close"));
                    socket.onData(buffer -> {
                        throw new IllegalStateException("mine");
                    });
                },
                port -> {
                    try (RawClient client = RawClient.connect(port).write("x")) {
                        client.readEnding();
                    }
                });
        assertThat(journal.lines())
                .containsExactly(
                        "error a listener of the socket threw java.lang.IllegalStateException: mine",
                        "close");
    }

    /**
     * Nobody writes and the peer resets between its end and ours: shutdown finds no connection any
     * more.
     */
    @Test
    @PlainOnly(PlainOnly.Reason.END)
    void anEndAfterTheConnectionIsGoneStillCloses() {
        CompletableFuture<RawClient> client = new CompletableFuture<>();
        serve(
                NetServerOptions.DEFAULTS.withAllowHalfOpen(true),
                socket -> {
                    watched(socket);
                    socket.write("x");
                    socket.loop().execute(() -> {});
                    Runnable done = socket.loop().keepAlive();
                    Thread.ofVirtual()
                            .start(() -> {
                                journal.await("end");
                                client.join().reset();
                                socket.loop()
                                        .execute(() -> {
                                            socket.end();
                                            done.run();
                                        });
                            });
                },
                port -> client.complete(RawClient.connect(port).halfClose()));
        assertThat(journal.lines()).containsExactly("end", "finish", "close hadError=false");
    }

    @Test
    void severalListenersAreToldInTheOrderTheyCame() {
        serve(
                NetServerOptions.DEFAULTS,
                socket -> {
                    watched(socket);
                    socket.onEnd(() -> journal.add("second end"));
                    socket.onClose(() -> journal.add("second close"));
                    socket.resume();
                },
                port -> RawClient.connect(port).close());
        assertThat(journal.lines())
                .containsExactly(
                        "end", "second end", "finish", "close hadError=false", "second close");
    }
}
