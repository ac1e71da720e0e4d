package dev.millrace.udp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.kernel.UdpOptions;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.UdpHandle;
import dev.millrace.testing.Journal;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What waits for a socket, or for the address of a name. */
class UdpWaitingTest {
    private static final String HOST = "127.0.0.1";
    private static final IpAddress THERE = IpAddress.loopback(9);

    private final Journal journal = new Journal();

    private Consumer<@Nullable IOException> outcome(String name) {
        return error ->
                journal.add(name + " " + (error == null ? "sent" : SystemError.codeOf(error)));
    }

    private static ByteBuffer bytes(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    @Test
    @Tag("R9")
    void whatWaitsForANameWhenItsSocketIsClosedIsToldOnce() {
        LoopFixture.run(loop -> {
            loop.onUncaught(thrown -> journal.add("uncaught " + thrown));
            UdpSocket socket = UdpSocket.create(loop);
            socket.bind(0, HOST);
            socket.onListening(() -> {
                socket.send(bytes("x"), 9, "localhost", outcome("x"));
                socket.close();
            });
        });
        assertThat(journal.lines()).containsExactly("x ECANCELED");
    }

    /** Its answer comes behind the close, and before what waits is told of that. */
    @Test
    @Tag("R9")
    void aLookUpThatEndsWhileTheSocketClosesIsOfNoConsequence() {
        AtomicReference<RecordingDriver> drivers = new AtomicReference<>();
        LoopFixture.run(
                () -> {
                    drivers.set(new RecordingDriver());
                    return DriverLoops.on(drivers.get());
                },
                loop -> {
                    RecordingDriver driver = drivers.get();
                    loop.onUncaught(thrown -> journal.add("uncaught " + thrown));
                    UdpSocket socket = UdpSocket.create(loop);
                    socket.bind(0, HOST)
                            .onListening(() ->
                                    loop.execute(() -> {
                                        int before = driver.wakeUps();
                                        socket.send(bytes("x"), 9, "localhost", outcome("x"));
                                        Kernel.await("the answer", () -> driver.wakeUps() > before);
                                        socket.close();
                                    }));
                });
        assertThat(journal.lines()).containsExactly("x ECANCELED");
    }

    @Test
    void whatWaitsForANameCounts() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop, UdpOptions.DEFAULTS.withQueue(4, 9));
            socket.bind(0, HOST);
            socket.onListening(() -> {
                socket.send(
                        bytes("123"),
                        9,
                        "localhost",
                        error -> {
                            outcome("123").accept(error);
                            socket.close();
                        });
                socket.send(bytes("45"), 9, "localhost", outcome("45"));
            });
        });
        assertThat(journal.lines()).containsExactly("45 ENOBUFS", "123 sent");
    }

    @Test
    void whatHasLeftDoesNotCountAnyMore() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop, UdpOptions.DEFAULTS.withQueue(4, 9));
            socket.send(
                    bytes("123"),
                    THERE,
                    error -> {
                        outcome("123").accept(error);
                        socket.send(
                                bytes("456"),
                                9,
                                "localhost",
                                another -> {
                                    outcome("456").accept(another);
                                    socket.close();
                                });
                    });
        });
        assertThat(journal.lines()).containsExactly("123 sent", "456 sent");
    }

    /** Those that were sent before there was a socket are sent right after the listener. */
    @Test
    @Tag("R9")
    void whatIsSentWhenItListensGoesBehindWhatWaits() {
        LoopFixture.run(loop -> {
            UdpSocket server = UdpSocket.create(loop);
            server.onMessage((bytes, sender) -> {
                String text = StandardCharsets.UTF_8.decode(bytes).toString();
                journal.add(text);
                if (text.equals("last")) {
                    server.close();
                }
            });
            server.onListening(() -> {
                UdpSocket client = UdpSocket.create(loop);
                IpAddress there = IpAddress.of(HOST, server.port());
                client.onListening(
                        () -> client.send(bytes("last"), there, error -> client.close()));
                client.send("first", there);
                client.send("second", there);
            });
            server.bind(0, HOST);
        });
        assertThat(journal.lines()).containsExactly("first", "second", "last");
    }

    @Test
    @Tag("R9")
    void aChangeThatFailsIsToldAfterTheCallOnAnOpenSocketToo() {
        LoopFixture.run(loop -> {
            UdpSocket socket = UdpSocket.create(loop);
            socket.onError(error -> {
                journal.add(SystemError.codeOf(error));
                socket.close();
            });
            socket.bind(0, HOST);
            socket.onListening(() -> {
                socket.joinGroup(IpAddress.loopback(0).host(), null);
                journal.add("the call has returned");
            });
        });
        assertThat(journal.lines()).containsExactly("the call has returned", "EINVAL");
    }

    /** The name of a peer is the program's, but an unconnected socket goes on without it. */
    @Test
    void aSendThatFailsBeforeTheKernelEndsNothingEither() {
        LoopFixture.run(loop -> {
            loop.onUncaught(thrown -> journal.add("uncaught " + thrown));
            UdpSocket socket = UdpSocket.create(loop, UdpOptions.DEFAULTS.withQueue(4, 9));
            socket.send("12345", THERE);
            socket.send(
                    bytes("1"),
                    THERE,
                    error -> {
                        outcome("1").accept(error);
                        socket.close();
                    });
        });
        assertThat(journal.lines()).containsExactly("1 sent");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, 127.0.0.1", "::, ::1"})
    void ofTheAddressesOfANameTheFirstThatFitsIsTaken(String local, String expected) {
        LoopFixture.run(loop -> {
            UdpOptions options = UdpOptions.DEFAULTS;
            UdpListeners listeners = new UdpListeners(loop);
            UdpHandle handle = new UdpHandle(loop, options, listeners);
            try {
                handle.bind(IpAddress.of(local, 0));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            UdpOpening opening = new UdpOpening(handle, options, listeners);
            IpAddress six = IpAddress.of("::1", 9);
            IpAddress four = IpAddress.of(HOST, 9);
            journal.add(opening.fitting(List.of(six, four)).hostText());
            journal.add(opening.fitting(List.of(six)).hostText());
            handle.close();
        });
        assertThat(journal.lines()).containsExactly(expected, "::1");
    }
}
