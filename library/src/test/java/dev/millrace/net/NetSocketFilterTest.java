package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.stream.WriteLimit;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import dev.millrace.testing.TriplingFilter;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The filter point, where TLS will sit: {@link XorFilter} on one end, or on both. */
class NetSocketFilterTest {
    private final Journal journal = new Journal();

    private void serve(Consumer<NetSocket> handler, Consumer<NetServer> client) {
        LoopFixture.run(loop -> {
            NetServer server = NetServer.create(loop);
            server.onConnection(socket -> {
                server.close();
                handler.accept(socket.filter(new XorFilter()));
            });
            server.listen(IpAddress.loopback(0)).onListening(() -> client.accept(server));
        });
    }

    private void onThread(NetServer server, Consumer<RawClient> talk) {
        int port = server.port();
        Thread.ofVirtual()
                .start(() -> {
                    try (RawClient client = RawClient.connect(port)) {
                        talk.accept(client);
                    }
                });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] hidden(String text) {
        return XorFilter.xor(bytes(text), 0, text.length());
    }

    private static String text(ByteBuffer buffer) {
        return StandardCharsets.UTF_8.decode(buffer).toString();
    }

    @Test
    void theWireCarriesWhatTheFilterMakes() {
        serve(
                socket -> {
                    socket.onData(buffer -> journal.add("data " + text(buffer)));
                    socket.onFinish(journal.line("finish"));
                    socket.write(bytes("ab"), 0, 2, error -> journal.add("written " + error));
                    socket.write(
                            ByteBuffer.wrap(bytes("cd")),
                            error -> journal.add("2nd written " + error));
                    socket.end();
                },
                server ->
                        onThread(
                                server,
                                client -> {
                                    byte[] wire =
                                            join(
                                                    hidden("abcd"),
                                                    (byte) (XorFilter.CLOSE_MARK ^ XorFilter.KEY));
                                    journal.add("wire " + Arrays.equals(client.read(5), wire));
                                    client.write(hidden("hello"));
                                    journal.await("data hello");
                                    client.write(new byte[] {XorFilter.CLOSE_MARK ^ XorFilter.KEY});
                                    client.readEnding();
                                }));
        assertThat(journal.lines())
                .containsExactlyInAnyOrder(
                        "written null", "2nd written null", "finish", "wire true", "data hello");
        assertThat(journal.lines())
                .containsSubsequence("written null", "2nd written null", "finish");
    }

    private static byte[] join(byte[] array, byte last) {
        byte[] joined = Arrays.copyOf(array, array.length + 1);
        joined[array.length] = last;
        return joined;
    }

    @Test
    void twoFilteredEndsUnderstandEachOtherAndEndBothWays() {
        byte[] pattern = RawClient.pattern(1_000_000);
        ByteArrayOutputStream echoed = new ByteArrayOutputStream();
        serve(
                socket -> socket.pipeTo(socket),
                server -> {
                    NetSocket socket =
                            NetSocket.connect(server.loop(), server.address().orElseThrow());
                    socket.filter(new XorFilter());
                    socket.write(pattern.clone());
                    socket.end();
                    socket.onData(buffer -> echoed.writeBytes(buffer.array()));
                    socket.onEnd(journal.line("end"));
                    socket.onClose(() -> journal.add("close " + socket.hadError()));
                });
        assertThat(echoed.toByteArray()).isEqualTo(pattern);
        assertThat(journal.lines()).containsExactly("end", "close false");
    }

    @Test
    void aHalfCloseThatTheFilterFindsWrongIsAnError() {
        serve(
                socket -> {
                    socket.onError(error -> journal.add("error " + error.getMessage()));
                    socket.onEnd(journal.line("end"));
                    socket.onClose(journal.line("close"));
                    socket.onData(buffer -> journal.add("data " + text(buffer)));
                },
                server ->
                        onThread(
                                server,
                                client -> {
                                    client.write(hidden("cut")).halfClose();
                                    client.readEnding();
                                }));
        assertThat(journal.lines()).containsExactly("data cut", "error cut off", "close");
    }

    @Test
    void aWriteThatTheFilterFailsTellsItsCallback() {
        serve(
                socket -> {
                    socket.onError(error -> journal.add("error " + error.getMessage()));
                    socket.write(
                            ByteBuffer.allocate(13),
                            error -> journal.add("write: " + error.getMessage()));
                    journal.add("returned");
                },
                server -> onThread(server, RawClient::readEnding));
        assertThat(journal.lines())
                .containsExactly(
                        "returned",
                        "write: write after the socket was destroyed (ERR_STREAM_DESTROYED)",
                        "error unlucky");
    }

    @Test
    void pausingHoldsWhatComesOutOfTheFilter() {
        serve(
                socket -> {
                    socket.onData(buffer -> {
                        journal.add("data " + text(buffer));
                        socket.pause();
                        socket.loop()
                                .setImmediate(() -> {
                                    journal.add("resume");
                                    socket.resume();
                                });
                    });
                    socket.onEnd(journal.line("end"));
                },
                server ->
                        onThread(
                                server,
                                client -> {
                                    client.write(
                                            join(
                                                    hidden("one"),
                                                    (byte) (XorFilter.CLOSE_MARK ^ XorFilter.KEY)));
                                    client.readEnding();
                                }));
        assertThat(journal.lines()).containsExactly("data one", "resume", "end");
    }

    @Test
    void aSocketHasOneFilter() {
        serve(
                socket -> {
                    assertThatThrownBy(() -> socket.filter(new XorFilter()))
                            .hasMessage("the socket has a filter already");
                    journal.add("refused");
                    socket.destroy();
                },
                server -> onThread(server, RawClient::readEnding));
        assertThat(journal.lines()).containsExactly("refused");
    }

    @Test
    @Tag("X82")
    void theWriteLimitIsSetOnTheLoopsThreadBehindAFilterToo() {
        LoopFixture.run(loop -> {
            NetSocket socket = NetSocket.connect(loop, IpAddress.loopback(1));
            socket.filter(TriplingFilter.asker(TriplingFilter.Stage.NEVER));
            assertThatThrownBy(() -> socket.writeLimit(null))
                    .isInstanceOf(NullPointerException.class)
                    .hasMessage("limit");
            CompletableFuture<?> foreign =
                    CompletableFuture.runAsync(() -> socket.writeLimit(WriteLimit.DEFAULTS));
            assertThatThrownBy(foreign::join).hasCauseInstanceOf(WrongThreadException.class);
            socket.destroy();
        });
    }

    @Test
    void aRangeOutsideTheArrayIsRefusedByTryWriteToo() {
        byte[] five = new byte[5];
        boolean[] refused = {false};
        LoopFixture.run(loop ->
                FilteredPair.connect(
                        loop,
                        NetSocket::resume,
                        client -> {
                            assertThatThrownBy(() -> client.tryWrite(five, 3, 5))
                                    .isInstanceOf(IndexOutOfBoundsException.class);
                            refused[0] = true;
                            client.end();
                        }));
        assertThat(refused[0]).isTrue();
    }
}
