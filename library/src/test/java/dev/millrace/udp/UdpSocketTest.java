package dev.millrace.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.DriverLoops;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.SlowNames;
import java.io.IOException;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UdpSocketTest {
    private static final String HOST = "127.0.0.1";

    private final Journal journal = new Journal();

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    /** Writes down what comes, and closes the socket after {@code count} datagrams. */
    private BiConsumer<ByteBuffer, IpAddress> recordThenClose(UdpSocket socket, int count) {
        int[] left = {count};
        return (bytes, sender) -> {
            journal.add(text(bytes));
            if (--left[0] == 0) {
                socket.close();
            }
        };
    }

    private Consumer<@Nullable IOException> outcome(String name) {
        return error -> journal.add(name + " " + (error == null ? "sent" : error.getMessage()));
    }

    private static ByteBuffer bytes(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    @Test
    void anEchoAndItsClient() {
        LoopFixture.run(loop -> {
            UdpSocket server = UdpSocket.create(loop);
            server.onMessage((bytes, sender) -> server.send(bytes, sender));
            server.onListening(() -> {
                UdpSocket client = UdpSocket.create(loop);
                client.onMessage(
                                (bytes, sender) -> {
                                    journal.add(text(bytes) + " from " + sender.hostText());
                                    assertThat(sender.port()).isEqualTo(server.port());
                                    client.close();
                                    server.close();
                                })
                        .onClose(journal.line("client closed"))
                        .send("hello", server.port(), HOST);
            });
            server.bind(0);
        });
        assertThat(journal.lines()).containsExactly("hello from 127.0.0.1", "client closed");
    }

    @Test
    void oneSocketHearsBothFamilies() {
        LoopFixture.run(loop -> {
            UdpSocket server = UdpSocket.create(loop);
            server.onMessage(recordThenClose(server, 2)).bind(0);
            server.onListening(() -> {
                assertThat(server.address().orElseThrow().hostText()).isEqualTo("::");
                UdpSocket client = UdpSocket.create(loop);
                client.send("four", server.port(), HOST);
                client.send(bytes("six"), server.port(), "::1", error -> client.close());
            });
        });
        assertThat(journal.lines()).containsExactlyInAnyOrder("four", "six");
    }

    @Test
    void whereThereIsNoIpv6ItIsIpv4Alone() {
        LoopFixture.run(
                () -> DriverLoops.on(new RecordingDriver().withoutIpv6()),
                loop -> {
                    UdpSocket socket = UdpSocket.create(loop);
                    socket.onListening(() -> {
                        journal.add(socket.address().orElseThrow().hostText());
                        socket.close();
                    });
                    socket.bind(0);
                });
        assertThat(journal.lines()).containsExactly("0.0.0.0");
    }

    @Test
    void whatIsAskedBeforeItIsOpenIsDoneInOrderAndBytesAreThoseOfTheCall() {
        LoopFixture.run(loop -> {
            UdpSocket server = UdpSocket.create(loop);
            server.onMessage(recordThenClose(server, 3));
            server.onListening(() -> {
                UdpSocket client = UdpSocket.create(loop);
                IpAddress there = IpAddress.of(HOST, server.port());
                client.onListening(journal.line("bound"));
                byte[] reused = {'1'};
                client.send(ByteBuffer.wrap(reused), there, outcome("one"));
                reused[0] = '2';
                client.multicastTtl(3).send(ByteBuffer.wrap(reused), there, outcome("two"));
                reused[0] = '3';
                client.send(ByteBuffer.wrap(reused), there, error -> client.close());
                reused[0] = '!';
            });
            server.bind(0, HOST);
        });
        assertThat(journal.lines())
                .startsWith("bound")
                .containsSubsequence("one sent", "two sent")
                .containsSubsequence("1", "2", "3")
                .hasSize(6);
    }

    @Test
    void aConnectedSocketNeedsNoAddress() {
        LoopFixture.run(loop -> {
            UdpSocket server = UdpSocket.create(loop);
            server.onMessage((bytes, sender) -> server.send("answer to " + text(bytes), sender));
            server.bind(0, HOST);
            server.onListening(() -> {
                UdpSocket client = UdpSocket.create(loop);
                client.onMessage((bytes, sender) -> {
                    journal.add(text(bytes));
                    client.disconnect();
                    assertThat(client.remoteAddress()).isEmpty();
                    assertThatThrownBy(() -> client.send("x"))
                            .hasMessageContaining("ERR_SOCKET_DGRAM_NOT_CONNECTED");
                    client.close();
                    server.close();
                });
                client.onConnect(() ->
                        journal.add(
                                "connected " + client.remoteAddress().equals(server.address())));
                client.connect(server.port(), "localhost");
                assertThatThrownBy(() -> client.connect(server.address().orElseThrow()))
                        .hasMessageContaining("ERR_SOCKET_DGRAM_IS_CONNECTED");
                assertThatThrownBy(() -> client.send("x", server.address().orElseThrow()))
                        .hasMessageContaining("ERR_SOCKET_DGRAM_IS_CONNECTED");
                client.send("early");
            });
        });
        assertThat(journal.lines()).containsExactly("connected true", "answer to early");
    }

    @Test
    void aNameIsLookedUpOffTheLoop() {
        LoopFixture.run(loop -> {
            UdpSocket server = UdpSocket.create(loop);
            server.onMessage(recordThenClose(server, 1)).bind(0);
            server.onListening(() -> {
                UdpSocket client = UdpSocket.create(loop);
                client.send(
                        bytes("by name"),
                        server.port(),
                        "localhost",
                        error -> {
                            journal.add("sent " + error);
                            client.close();
                        });
                journal.add("send has returned");
            });
        });
        assertThat(journal.lines())
                .startsWith("send has returned")
                .containsExactlyInAnyOrder("send has returned", "sent null", "by name");
    }

    @Test
    void aNameNobodyKnowsIsToldToTheCallbackOrToTheSocket() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop);
            socket.onError(error -> {
                journal.add("onError " + error.getMessage());
                socket.close();
            });
            String nobody = SlowNames.UNKNOWN;
            socket.send(
                    bytes("x"),
                    9,
                    nobody,
                    error -> {
                        journal.add(error.getMessage());
                        socket.send("y", 9, nobody);
                    });
        });
        String message = "getaddrinfo ENOTFOUND " + SlowNames.UNKNOWN;
        assertThat(journal.lines()).containsExactly(message, "onError " + message);
    }

    @Test
    void aPortInUseIsToldAndAnotherMayBeTried() {
        LoopFixture.run(loop -> {
            UdpSocket first = UdpSocket.create(loop);
            UdpSocket second = UdpSocket.create(loop);
            second.onError(error -> {
                assertThat(error).isInstanceOf(BindException.class);
                journal.add(error.getMessage().replaceAll("\\d+$", "PORT"));
                second.bind(0, HOST);
            });
            second.onListening(() -> {
                journal.add("bound at last");
                first.close();
                second.close();
            });
            first.onListening(() -> second.bind(first.port(), HOST)).bind(0, HOST);
            assertThatThrownBy(() -> first.bind(1))
                    .hasMessageContaining("ERR_SOCKET_ALREADY_BOUND");
        });
        assertThat(journal.lines())
                .containsExactly("bind EADDRINUSE 127.0.0.1:PORT", "bound at last");
    }

    @Test
    void aBindThatFailsEndsWhatWaitedForItAndThrowsFromRunWithoutAListener() {
        assertThatThrownBy(() ->
                        LoopFixture.run(loop -> {
                            UdpSocket socket = UdpSocket.create(loop);
                            socket.bind(0, "192.0.2.99");
                            IpAddress there = IpAddress.loopback(9);
                            socket.send(bytes("x"), there, outcome("x"));
                            socket.send(bytes("y"), there);
                        }))
                .hasMessage("bind EADDRNOTAVAIL 192.0.2.99:0");
        assertThat(journal.lines()).containsExactly("x bind EADDRNOTAVAIL 192.0.2.99:0");
    }

    @Test
    void aConnectThatFailsIsToldAndWhatWaitedForThePeerTooButNotTheRest() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop);
            socket.onError(error -> journal.add(error.getMessage()));
            socket.connect(IpAddress.of("255.255.255.255", 9));
            socket.send(bytes("x"), outcome("x"));
            socket.broadcast(true);
            socket.onListening(() ->
                    loop.setImmediate(() -> {
                        socket.connect(IpAddress.loopback(socket.port()));
                        socket.send(bytes("y"), error -> socket.close());
                    }));
        });
        assertThat(journal.lines())
                .containsExactly("connect EACCES 255.255.255.255:9", "x send ENOTCONN");
    }

    @Test
    void broadcastIsRefusedUntilItIsAllowed() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop);
            socket.send(
                    bytes("x"),
                    9,
                    "255.255.255.255",
                    error -> {
                        journal.add(error.getMessage());
                        socket.close();
                    });
        });
        assertThat(journal.lines()).containsExactly("send EACCES 255.255.255.255:9");
    }

    @Test
    void optionsOutOfRangeAreTheCallersMistake() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop);
            assertThatThrownBy(() -> socket.ttl(0)).hasMessage("TTL is 0: use 1 to 255");
            assertThatThrownBy(() -> socket.ttl(256)).hasMessage("TTL is 256: use 1 to 255");
            assertThatThrownBy(() -> socket.multicastTtl(-1))
                    .hasMessage("MULTICAST_TTL is -1: use 0 to 255");
            assertThatThrownBy(() -> socket.send("x", 70_000, HOST))
                    .isInstanceOf(IllegalArgumentException.class);
            socket.multicastTtl(255).multicastTtl(0).multicastLoop(true).receiveBufferBytes(50_000);
            socket.sendBufferBytes(50_000).unref();
            journal.add("no complaint");
        });
        assertThat(journal.lines()).containsExactly("no complaint");
    }

    @Test
    void aGroupThatIsNoneIsToldAndNothingEnds() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop);
            socket.onError(error -> {
                journal.add(error.getMessage());
                socket.close();
            });
            socket.joinGroup(IpAddress.loopback(0).host(), null);
            journal.add("the call has returned");
        });
        assertThat(journal.lines())
                .containsExactly("the call has returned", "setsockopt EINVAL: invalid argument");
    }

    @Test
    void closingCancelsWhatWaitsBeforeTheCloseListener() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop);
            socket.onClose(journal.line("closed"));
            socket.send(bytes("x"), 9, "localhost", outcome("by name"));
            socket.send(bytes("x"), IpAddress.loopback(9), outcome("by address"));
            socket.close();
            socket.close();
            assertThatThrownBy(() -> socket.send("x", IpAddress.loopback(9)))
                    .hasMessageContaining("ERR_SOCKET_DGRAM_NOT_RUNNING");
        });
        assertThat(journal.lines())
                .containsExactly("by address send ECANCELED", "by name send ECANCELED", "closed");
    }

    @Test
    void onlySoManyDatagramsWaitForTheSocket() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop, UdpOptions.DEFAULTS.withQueue(4, 2));
            IpAddress there = IpAddress.loopback(9);
            socket.send(bytes("123"), there, outcome("123"));
            socket.send(bytes("45"), there, outcome("45"));
            socket.send(
                    bytes("6"),
                    there,
                    error -> {
                        outcome("6").accept(error);
                        socket.close();
                    });
            socket.send(bytes(""), there, outcome("empty"));
        });
        assertThat(journal.lines())
                .containsExactlyInAnyOrder(
                        "45 send ENOBUFS 127.0.0.1:9",
                        "empty send ENOBUFS 127.0.0.1:9",
                        "123 sent",
                        "6 sent");
    }

    @Test
    void anUnreferencedSocketDoesNotHoldTheLoop() {
        LoopFixture.run(loop -> {
            UdpSocket.create(loop).unref().bind(0, HOST).onListening(journal.line("bound"));
        });
        assertThat(journal.lines()).containsExactly("bound");
    }

    @Test
    void whatAListenerThrowsGoesToTheLoopAndTheSocketGoesOn() {
        LoopFixture.run(loop -> {
            loop.onUncaught(thrown -> journal.add("uncaught " + thrown.getMessage()));
            UdpSocket socket = UdpSocket.create(loop);
            socket.onMessage((bytes, sender) -> {
                String text = text(bytes);
                if (text.equals("last")) {
                    socket.close();
                }
                throw new IllegalStateException(text);
            });
            socket.onListening(() -> {
                IpAddress here = IpAddress.of(HOST, socket.port());
                List.of("first", "last").forEach(text -> socket.send(text, here));
                throw new IllegalStateException("listening");
            });
            socket.bind(0, HOST);
        });
        assertThat(journal.lines())
                .containsExactly("uncaught listening", "uncaught first", "uncaught last");
    }

    @Test
    void eachEventHasOneListener() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop).onMessage((bytes, sender) -> {});
            assertThatThrownBy(() -> socket.onMessage((bytes, sender) -> {}))
                    .hasMessage("onMessage has a listener already");
            journal.add("refused");
        });
        assertThat(journal.lines()).containsExactly("refused");
    }
}
