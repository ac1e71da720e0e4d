package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.kernel.SystemError;
import dev.millrace.stream.WriteLimit;
import dev.millrace.stream.WriteStream;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RawClient;
import dev.millrace.testing.TriplingFilter;
import dev.millrace.testing.TriplingFilter.Stage;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A socket with a filter that needs two round trips, and fails where it should. */
class FilteredSocketTest {
    private final Journal journal = new Journal();

    @Test
    void theConnectionStandsWhenTheFilterIsReadyAndNoSooner() {
        LoopFixture.run(loop -> {
            FilteredPair.connect(
                    loop,
                    socket -> {
                        socket.onData(data -> journal.add("server: " + data.remaining()));
                        socket.write("hi");
                        socket.end("!");
                    },
                    client -> {
                        client.write("early");
                        client.onConnect(() ->
                                journal.add("connected, was connecting " + client.isConnecting()));
                        client.onData(data -> journal.add("client: " + data.remaining()));
                        client.onEnd(journal.line("end"));
                        client.end();
                        client.onFinish(journal.line("finish"));
                        client.onClose(() -> journal.add("close " + client.hadError()));
                        assertThat(client.queuedBytes()).isGreaterThanOrEqualTo(5);
                    });
        });
        assertThat(journal.lines())
                .contains("server: 5", "client: 3", "end", "finish", "close false")
                .startsWith("connected, was connecting false");
    }

    @Test
    void everythingComesBackThroughBothFiltersInOrder() {
        byte[] pattern = RawClient.pattern(1_000_000);
        ByteArrayOutputStream echoed = new ByteArrayOutputStream();
        LoopFixture.run(loop -> {
            FilteredPair.connect(
                    loop,
                    s -> s.pipeTo(s),
                    client -> {
                        client.write(pattern.clone());
                        client.end();
                        client.onData(data -> {
                            echoed.writeBytes(data.array());
                            client.pause();
                            loop.setImmediate(client::resume);
                        });
                        client.onClose(() -> journal.add("close " + client.hadError()));
                    });
        });
        assertThat(echoed.toByteArray()).isEqualTo(pattern);
        assertThat(journal.lines()).containsExactly("close false");
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NEVER", "RECEIVED_END"})
    void aFailureOfTheFilterIsTheSocketsErrorWithItsCause(Stage stage) {
        boolean isConnected = stage.ordinal() > Stage.SECOND_ANSWER.ordinal();
        LoopFixture.run(loop -> {
            FilteredPair.connect(
                    loop,
                    stage,
                    Stage.NEVER,
                    socket -> {
                        socket.onError(error -> {});
                        socket.pipeTo(socket);
                    },
                    client -> {
                        client.onConnect(journal.line("connect"));
                        client.onData(data -> {});
                        client.onError(error ->
                                journal.add(
                                        "error "
                                                + error.getMessage()
                                                + ": "
                                                + error.getCause().getMessage()));
                        client.onClose(journal.line("close"));
                        client.connected()
                                .whenComplete(
                                        (socket, error) -> journal.add("stage " + (error == null)));
                        if (!client.isDestroyed()) {
                            String[] which = {Stage.FIRST_ANSWER == stage ? "failed" : "w"};
                            client.write(
                                    new byte[20],
                                    0,
                                    20,
                                    error -> journal.add(which[0] + " " + (error == null)));
                            client.end();
                        }
                    });
        });
        assertThat(journal.lines())
                .containsSubsequence(
                        "error " + TriplingFilter.message(stage) + ": the cause", "close");
        assertThat(journal.count("connect")).isEqualTo(isConnected ? 1 : 0);
        assertThat(journal.count("stage " + isConnected)).isEqualTo(1);
        assertThat(
                        journal.count("w false")
                                + journal.count("w true")
                                + journal.count("failed false"))
                .isEqualTo(stage == Stage.ATTACH ? 0 : 1);
    }

    @ParameterizedTest
    @EnumSource(names = {"NEVER", "RECEIVED_END"})
    void aPeersEndWithoutItsClosingMessageIsAnError(Stage stage) {
        LoopFixture.run(loop ->
                FilteredPair.plain(
                        loop,
                        socket -> {
                            socket.filter(TriplingFilter.answerer(stage));
                            socket.onData(data -> journal.add("data " + data.remaining()));
                            socket.onEnd(journal.line("end"));
                            socket.onError(error -> journal.add(error.getMessage()));
                        },
                        client -> {
                            client.onError(error -> {});
                            client.end("acxxx");
                        }));
        String message = stage == Stage.NEVER ? "truncated" : TriplingFilter.message(stage);
        assertThat(journal.lines()).containsExactly("data 1", message);
    }

    @Test
    void theWriterWaitsForTheFilterAndIsToldOfTheDrainOnce() {
        LoopFixture.run(loop -> {
            FilteredPair.connect(
                    loop,
                    s -> s.onData(d -> journal.add("data")),
                    client -> {
                        client.onDrain(() -> {
                            assertThat(client.isConnecting()).isFalse();
                            assertThat(client.queuedBytes()).isEqualTo(TriplingFilter.HELD_BYTES);
                            journal.add("drain");
                            client.end();
                        });
                        byte[] much = new byte[WriteStream.HIGH_WATER_MARK_BYTES];
                        assertThat(client.write(much, 0, much.length - 2)).isTrue();
                        assertThat(client.write(much, 0, 2)).isFalse();
                        assertThat(client.write(much, 0, 1)).isFalse();
                        assertThat(client.queuedBytes()).isEqualTo(much.length + 2);
                    });
        });
        assertThat(journal.count("drain")).isEqualTo(1);
        assertThat(journal.count("data")).isPositive();
    }

    @Test
    void theWriteLimitCountsWhatWaitsForTheFilter() {
        LoopFixture.run(loop -> {
            FilteredPair.connect(
                    loop,
                    s -> s.onData(d -> {}),
                    client -> {
                        client.writeLimit(new WriteLimit(10, WriteLimit.Policy.REFUSE));
                        assertThat(client.writeLimit().maxQueuedBytes()).isEqualTo(10);
                        client.write(new byte[100], 0, 100, error -> journal.add("first " + error));
                        client.write(
                                new byte[11],
                                0,
                                11,
                                error -> journal.add("second " + error.getMessage()));
                        client.onConnect(client::end);
                        client.onClose(() -> journal.add("close " + client.hadError()));
                    });
        });
        assertThat(journal.lines().getFirst()).startsWith("second").contains("ENOBUFS");
        assertThat(journal.lines()).endsWith("first null", "close false");
    }

    /** As without a filter: later, and nothing is taken behind the gap. */
    @Test
    void aWriteBeyondTheLimitEndsTheSocketBehindTheCall() {
        byte[] much = new byte[8 << 20];
        LoopFixture.run(loop ->
                FilteredPair.connect(
                        loop,
                        peer -> peer.onData(data -> {}).onError(error -> {}),
                        client -> {
                            client.onError(error -> journal.add(SystemError.codeOf(error)));
                            client.onClose(journal.line("close"));
                            client.onConnect(() -> {
                                client.writeLimit(new WriteLimit(10, WriteLimit.Policy.CLOSE));
                                journal.add("first " + client.write(much, 0, much.length));
                                journal.add("beyond " + client.write(much, 0, much.length));
                                client.writeLimit(WriteLimit.DEFAULTS);
                                long queued = client.queuedBytes();
                                client.write(much, 0, 1);
                                journal.add("taken " + (client.queuedBytes() - queued));
                                journal.add("destroyed " + client.isDestroyed());
                            });
                        }));
        assertThat(journal.lines())
                .containsExactly(
                        "first false",
                        "beyond false",
                        "taken 0",
                        "destroyed false",
                        "ENOBUFS",
                        "close");
    }

    @Test
    void aSocketDestroyedBeforeTheFilterIsReadyTellsEveryWrite() {
        LoopFixture.run(loop -> {
            FilteredPair.connect(
                    loop,
                    NetSocket::destroy,
                    client -> {
                        client.write(
                                new byte[1], 0, 1, error -> journal.add("1 " + (error == null)));
                        client.write(
                                new byte[2], 0, 2, error -> journal.add("2 " + (error == null)));
                        client.onError(error -> journal.add("error"));
                        client.onClose(journal.line("close"));
                    });
        });
        assertThat(journal.lines()).containsExactly("1 false", "2 false", "error", "close");
    }

    /** STARTTLS, with every cut of what the client sends, a filter put in by its listener. */
    @ParameterizedTest
    @EnumSource(Listener.class)
    void aFilterComesInMidStreamAtEveryCutOfTheInput(Listener listener) {
        byte[] plain = {'x', 'y'};
        byte[] wrapped = TriplingFilter.wrapped(plain);
        byte[] sent = Arrays.copyOf(new byte[] {'g', 'o', '\n', 'a', 'c'}, 5 + wrapped.length);
        System.arraycopy(wrapped, 0, sent, 5, wrapped.length);
        for (int cut = 0; cut <= sent.length; cut++) {
            StringBuilder lines = new StringBuilder();
            AtomicReference<String> wire = new AtomicReference<>("");
            int at = cut;
            LoopFixture.run(loop -> {
                FilteredPair.plain(
                        loop,
                        socket -> {
                            listener.listen(socket, lines);
                            socket.onEnd(() -> lines.append('$'));
                        },
                        client -> {
                            client.noDelay(true);
                            client.onData(data -> wire.set(wire.get() + new String(data.array())));
                            client.write(sent, 0, at);
                            client.onConnect(() ->
                                    loop.setImmediate(() -> {
                                        client.write(sent, at, sent.length - at);
                                        client.end();
                                    }));
                        });
            });
            assertThat(lines).as("%s, cut at %d", listener, cut).hasToString("go\nxy$");
            assertThat(wire.get()).isEqualTo("OKbd\0\1\2");
        }
    }

    /** How a server reads what goes before the filter. */
    enum Listener {
        BYTES {
            @Override
            void listen(NetSocket socket, StringBuilder lines) {
                socket.onBytes(
                        (array, offset, length) -> take(socket, lines, array, offset, length));
            }
        },
        PAUSED {
            @Override
            void listen(NetSocket socket, StringBuilder lines) {
                socket.onBytes((array, offset, length) -> {
                    int taken = take(socket, lines, array, offset, length);
                    socket.pause();
                    socket.loop().setImmediate(socket::resume);
                    return taken;
                });
            }
        },
        LATER {
            @Override
            void listen(NetSocket socket, StringBuilder lines) {
                socket.onBytes((array, offset, length) -> {
                    boolean isBefore = lines.length() < 3;
                    int taken = isBefore ? Math.min(3 - lines.length(), length) : length;
                    append(lines, array, offset, taken);
                    if (isBefore && lines.length() == 3) {
                        socket.pause();
                        socket.loop()
                                .setImmediate(() -> {
                                    startFilter(socket);
                                    socket.resume();
                                });
                    }
                    return taken;
                });
            }
        };

        abstract void listen(NetSocket socket, StringBuilder lines);

        private static int take(
                NetSocket socket, StringBuilder lines, byte[] array, int offset, int length) {
            if (lines.length() >= 3) {
                append(lines, array, offset, length);
                return length;
            }
            int taken = Math.min(3 - lines.length(), length);
            append(lines, array, offset, taken);
            if (lines.length() == 3) {
                startFilter(socket);
            }
            return taken;
        }

        private static void append(StringBuilder lines, byte[] array, int offset, int length) {
            for (int i = 0; i < length; i++) {
                lines.append((char) array[offset + i]);
            }
        }

        private static void startFilter(NetSocket socket) {
            socket.write("OK");
            socket.filter(TriplingFilter.answerer(Stage.NEVER));
        }
    }

    @Test
    void bothSidesChangeTheWireInMidStream() {
        LoopFixture.run(loop -> {
            FilteredPair.plain(
                    loop,
                    socket -> {
                        socket.onData(data -> {
                            String text = new String(data.array());
                            journal.add("server: " + text);
                            if (text.equals("go")) {
                                socket.write("ok");
                                socket.filter(TriplingFilter.answerer(Stage.NEVER));
                                socket.write("secret");
                            }
                        });
                    },
                    client -> {
                        client.write("go");
                        StringBuilder received = new StringBuilder();
                        client.onData(data -> {
                            received.append(new String(data.array()));
                            if (received.toString().equals("ok")) {
                                client.filter(TriplingFilter.asker(Stage.NEVER));
                                client.write("hidden");
                                client.end();
                            }
                        });
                        client.onClose(
                                () -> journal.add("client: " + received + " " + client.hadError()));
                    });
        });
        assertThat(journal.lines()).contains("server: go", "client: oksecret false");
        assertThat(String.join("", journal.lines()).replace("server: ", "")).contains("hidden");
    }
}
