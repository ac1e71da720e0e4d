package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.ListenAttempt;
import dev.millrace.loop.ListenSource;
import dev.millrace.loop.Loop;
import dev.millrace.sys.Errno;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Listening with a source that answers at once, on a later turn, never, or with an error. */
class NetServerListenSourceTest {
    private final Journal journal = new Journal();
    private final List<ListenAttempt> attempts = new ArrayList<>();

    private enum When {
        AT_ONCE,
        LATER
    }

    /** Answers as {@code answer} does, at once or three turns later. */
    private ListenSource source(Loop loop, When when, Answer answer) {
        return attempt -> {
            attempts.add(attempt);
            if (when == When.AT_ONCE) {
                answer.to(attempt);
                return;
            }
            later(
                    loop,
                    3,
                    () -> {
                        try {
                            answer.to(attempt);
                        } catch (IOException e) {
                            attempt.failed(e);
                        }
                    });
        };
    }

    private interface Answer {
        void to(ListenAttempt attempt) throws IOException;
    }

    private static void later(Loop loop, int turns, Runnable task) {
        loop.setImmediate(turns == 0 ? task : () -> later(loop, turns - 1, task));
    }

    private static final Answer OPENS = ListenSource.OWN::open;

    private static Answer fails(int errno) {
        return attempt -> {
            throw SystemError.of(errno, "listen", attempt.address());
        };
    }

    private NetServer server(Loop loop) {
        return NetServer.create(loop, socket -> socket.end("hello"))
                .onClose(journal.line("closed"));
    }

    @ParameterizedTest
    @EnumSource
    void theServerListensWhenTheSourceSaysSo(When when) {
        LoopFixture.run(loop -> {
            loop.listenSource(source(loop, when, OPENS));
            NetServer server = server(loop).listen(IpAddress.loopback(0));
            assertThat(server.isListening()).isFalse();
            server.onListening(() -> {
                journal.add("listening");
                NetSocket client = NetSocket.connect(loop, server.port(), "127.0.0.1");
                client.onData(bytes -> journal.add("served"));
                client.onEnd(server::close);
            });
        });
        assertThat(journal.lines()).containsExactly("listening", "served", "closed");
    }

    @ParameterizedTest
    @EnumSource
    void itsErrorIsToldAndListenMayBeTriedAgain(When when) {
        LoopFixture.run(loop -> {
            loop.listenSource(source(loop, when, fails(Errno.EADDRINUSE)));
            NetServer server = server(loop);
            server.onListening(() -> {
                journal.add("listening");
                server.close();
            });
            server.onError(error -> {
                journal.add(error.getMessage());
                assertThat(attempts.getFirst().handle().isClosing()).isTrue();
                loop.listenSource(source(loop, when, OPENS));
                server.listen(IpAddress.loopback(0));
            });
            server.listen(IpAddress.loopback(80));
        });
        assertThat(journal.lines())
                .containsExactly(
                        "listen EADDRINUSE: address already in use 127.0.0.1:80",
                        "listening",
                        "closed");
    }

    @ParameterizedTest
    @EnumSource
    void anErrorWithoutListenerEndsTheRun(When when) {
        assertThatThrownBy(() ->
                        LoopFixture.run(loop -> {
                            loop.listenSource(source(loop, when, fails(Errno.EACCES)));
                            server(loop).listen(IpAddress.loopback(80));
                        }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("listen EACCES: permission denied 127.0.0.1:80");
    }

    /** The loop ends although the answer never comes: the close has let go of it. */
    @Test
    void aCloseBeforeTheAnswerIsToldOnceAndTheSourceHearsOfIt() {
        LoopFixture.run(loop -> {
            loop.listenSource(attempt -> {
                attempts.add(attempt);
                attempt.onCancel(journal.line("cancelled"));
            });
            NetServer server = server(loop).listen(IpAddress.loopback(0));
            later(
                    loop,
                    2,
                    () -> {
                        server.close();
                        assertThat(attempts.getFirst().isCancelled()).isTrue();
                        assertThat(attempts.getFirst().handle().isClosing()).isTrue();
                    });
        });
        assertThat(journal.lines()).containsExactly("cancelled", "closed");
    }

    @Test
    void anAnswerAfterTheCloseIsOfNoConsequence() {
        LoopFixture.run(loop -> {
            loop.listenSource(attempts::add);
            NetServer server =
                    server(loop)
                            .onListening(journal.line("listening"))
                            .listen(IpAddress.loopback(0));
            later(
                    loop,
                    2,
                    () -> {
                        server.close();
                        attempts.getFirst().listens();
                        attempts.getFirst().failed(new IOException("late"));
                    });
        });
        assertThat(journal.lines()).containsExactly("closed");
    }

    /** Nothing else is under way, and nothing would ever answer. */
    @Test
    void aListenThatWaitsHoldsTheLoopUnlessUnreferenced() {
        LoopFixture.run(loop -> {
            loop.listenSource(attempts::add);
            NetServer server = server(loop).listen(IpAddress.loopback(0));
            later(
                    loop,
                    2,
                    () -> {
                        assertThat(attempts.getFirst().handle().isActive()).isTrue();
                        assertThat(loop.isAlive()).isTrue();
                        server.unref();
                        server.ref();
                        server.unref();
                    });
        });
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void unrefBeforeListenHoldsForTheListenThatWaits() {
        LoopFixture.run(loop -> {
            loop.listenSource(attempts::add);
            server(loop).unref().listen(IpAddress.loopback(0));
        });
        assertThat(attempts).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void withoutIpv6EveryInterfaceOfIpv4IsAskedFor(When when) {
        LoopFixture.run(loop -> {
            Answer noIpv6 =
                    attempt -> {
                        if (attempt.address().family().equals("IPv6")) {
                            fails(Errno.EAFNOSUPPORT).to(attempt);
                        } else {
                            OPENS.to(attempt);
                        }
                    };
            loop.listenSource(source(loop, when, noIpv6));
            NetServer server = server(loop);
            server.onListening(() -> {
                journal.add(((IpAddress) server.address().orElseThrow()).hostText());
                server.close();
            });
            server.listen(0);
        });
        assertThat(journal.lines()).containsExactly("0.0.0.0", "closed");
    }

    @ParameterizedTest
    @EnumSource
    void anotherErrorIsNoReasonToAskAgain(When when) {
        LoopFixture.run(loop -> {
            Answer taken =
                    attempt -> {
                        journal.add("asked for " + attempt.address().family());
                        fails(Errno.EADDRINUSE).to(attempt);
                    };
            loop.listenSource(source(loop, when, taken));
            NetServer server = NetServer.create(loop, socket -> {});
            server.onError(error -> journal.add(SystemError.codeOf(error)));
            server.listen(0);
        });
        assertThat(journal.lines()).containsExactly("asked for IPv6", "EADDRINUSE");
    }

    @Test
    void aCloseBetweenTheTwoFamiliesEndsIt() {
        LoopFixture.run(loop -> {
            loop.listenSource(attempts::add);
            NetServer server = server(loop).onListening(journal.line("listening"));
            server.listen(0);
            later(
                    loop,
                    2,
                    () -> {
                        attempts.getFirst().failed(SystemError.of(Errno.EAFNOSUPPORT, "listen"));
                        server.close();
                        assertThat(attempts).hasSize(2);
                        assertThat(attempts.getLast().isCancelled()).isTrue();
                    });
        });
        assertThat(journal.lines()).containsExactly("closed");
    }

    @Test
    void pauseBeforeTheAnswerHolds() {
        LoopFixture.run(loop -> {
            loop.listenSource(source(loop, When.LATER, OPENS));
            NetServer server = server(loop).pause().listen(IpAddress.loopback(0));
            server.onListening(() -> {
                NetSocket client = NetSocket.connect(loop, server.port(), "127.0.0.1");
                client.onConnect(() ->
                        later(
                                loop,
                                3,
                                () -> {
                                    journal.add("connections " + server.acceptedCount());
                                    server.resume();
                                }));
                client.onData(bytes -> journal.add("served"));
                client.onEnd(server::close);
            });
        });
        assertThat(journal.lines()).containsExactly("connections 0", "served", "closed");
    }

    @Test
    void anAnswerTwiceIsTheSourcesMistake() {
        LoopFixture.run(loop -> {
            loop.listenSource(source(loop, When.LATER, OPENS));
            NetServer server = server(loop).listen(IpAddress.loopback(0));
            server.onListening(() -> {
                ListenAttempt attempt = attempts.getFirst();
                assertThatThrownBy(attempt::listens).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> attempt.failed(new IOException("no")))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("already");
                server.close();
            });
        });
        assertThat(journal.lines()).containsExactly("closed");
    }

    /** Its exception is no mistake of the source, whose callback goes on behind the answer. */
    @Test
    void aListenerThatThrowsDoesNotReachTheSource() {
        LoopFixture.run(loop -> {
            loop.onUncaught(thrown -> journal.add("uncaught " + thrown.getMessage()));
            loop.listenSource(attempts::add);
            NetServer server = server(loop).listen(IpAddress.loopback(0));
            server.onListening(() -> {
                throw new IllegalStateException("unlucky");
            });
            later(
                    loop,
                    2,
                    () -> {
                        ListenAttempt attempt = attempts.getFirst();
                        try {
                            OPENS.to(attempt);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        journal.add("goes on");
                        server.close();
                    });
        });
        assertThat(journal.lines()).containsExactly("uncaught unlucky", "goes on", "closed");
    }
}
