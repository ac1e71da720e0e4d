package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.blocking.ByteRing;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.sys.Errno;
import dev.millrace.testing.Ends;
import dev.millrace.testing.Kernel;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RecordedLog;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends the wait of a thread at a socket, and the socket itself. */
class BlockingEndsTest {
    private static final byte[] MUCH = new byte[16 << 20];

    private final BlockingPair pair = new BlockingPair();

    BlockingEndsTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        pair.close();
    }

    private Callable<Object> writing() {
        return () -> {
            pair.out.write(MUCH);
            return "written";
        };
    }

    @Test
    @Tag("F11")
    void anInterruptEndsAReadAtOnceAndLeavesTheSocketOpen() throws IOException {
        var reading = pair.blocked(pair.in::read);
        reading.thread.interrupt();
        assertThat(pair.outcome(reading))
                .isExactlyInstanceOf(InterruptedIOException.class)
                .hasToString("java.io.InterruptedIOException: interrupted while reading");
        assertThat(reading.isInterrupted).as("the thread stays interrupted").isTrue();
        pair.peer.getOutputStream().write('x');
        assertThat(pair.outcome(pair.in::read)).isEqualTo((int) 'x');
    }

    @Test
    @Tag("F11")
    void anInterruptedWriteSaysHowMuchWentOut() throws IOException {
        var writing = pair.blocked(writing());
        writing.thread.interrupt();
        InterruptedIOException thrown = (InterruptedIOException) pair.outcome(writing);
        assertThat(thrown).hasMessage("interrupted while writing");
        assertThat(thrown.bytesTransferred).isBetween(1, MUCH.length - 1);
        pair.here.shutdownOutput();
        assertThat(pair.peer.getInputStream().readAllBytes()).hasSize(thrown.bytesTransferred);
    }

    /** As with a lock: an interrupt is about waiting. */
    @Test
    void whatNeedsNoWaitIsDoneByAnInterruptedThreadToo() throws IOException {
        Object outcome =
                pair.outcome(() -> {
                    Thread.currentThread().interrupt();
                    pair.out.write('y');
                    return Thread.currentThread().isInterrupted();
                });
        assertThat(outcome).isEqualTo(true);
        assertThat(pair.peer.getInputStream().read()).isEqualTo((int) 'y');
    }

    @ParameterizedTest
    @ValueSource(ints = {Errno.ECONNRESET, Errno.EHOSTUNREACH, Errno.ETIMEDOUT, Errno.ENOBUFS})
    void aFailureKeepsItsCodeAndItsKind(int errno) {
        IOException failure = SystemError.of(errno, "read", IpAddress.loopback(7));
        pair.fixture.act(() -> pair.here.socket().destroy(failure));
        Object told =
                pair.outcome(() -> {
                    return pair.in.read();
                });
        assertThat(told).isExactlyInstanceOf(failure.getClass()).hasToString(failure.toString());
        assertThat(SystemError.codeOf((Throwable) told)).isEqualTo(SystemError.codeOf(failure));
        assertThat(((Throwable) told).getCause()).isSameAs(failure);
    }

    /** At once is before the loop has heard of it. */
    @Test
    @Tag("F11")
    void aCloseEndsAReadAndAWriteAtOnce() {
        var reading = pair.blocked(pair.in::read);
        var writing = pair.blocked(writing());
        CompletableFuture<Object> busy = new CompletableFuture<>();
        pair.fixture.loop().execute(busy::join);
        try {
            pair.here.close();
            String closed = "java.net.SocketException: Socket closed";
            assertThat(pair.outcome(reading)).hasToString(closed);
            assertThat(pair.outcome(writing)).hasToString(closed);
        } finally {
            busy.complete(true);
        }
        assertThat(pair.outcome(pair.in::available)).isInstanceOf(SocketException.class);
    }

    @Test
    void aResetEndsThemTooAndThePeerCanTell() {
        var reading = pair.blocked(pair.in::read);
        pair.here.reset();
        assertThat(pair.outcome(reading)).hasToString("java.net.SocketException: Socket closed");
        assertThatThrownBy(() -> pair.peer.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    @Tag("F11")
    void aTimeoutIsToldAsOneAndLeavesTheSocketOpen() throws IOException {
        pair.here.readTimeout(Duration.ofMillis(1)).writeTimeout(Duration.ofMillis(1));
        assertThat(pair.outcome(pair.in::read))
                .hasToString("java.net.SocketTimeoutException: reading timed out");
        var thrown = (SocketTimeoutException) pair.outcome(writing());
        assertThat(thrown).hasMessage("writing timed out");
        assertThat(thrown.bytesTransferred).isPositive();
        pair.here.readTimeout(Duration.ZERO);
        pair.peer.getOutputStream().write('x');
        assertThat(pair.outcome(pair.in::read)).isEqualTo((int) 'x');
        assertThatThrownBy(() -> pair.here.readTimeout(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @Tag("F11")
    void aResetOfThePeersIsToldWithItsCodeBehindWhatCameBefore() throws IOException {
        pair.peer.getOutputStream().write("last".getBytes(StandardCharsets.UTF_8));
        assertThat(pair.outcome(pair.in::read)).isEqualTo((int) 'l');
        pair.peer.setSoLinger(true, 0);
        pair.peer.close();
        NetSocket socket = pair.here.socket();
        CompletableFuture<Object> closed = new CompletableFuture<>();
        pair.fixture.act(() -> {
            if (socket.isDestroyed()) {
                closed.complete(true);
            }
            socket.onClose(() -> closed.complete(true));
        });
        pair.fixture.await(closed);
        assertThat((byte[]) pair.outcome(() -> pair.in.readNBytes(3))).asString().isEqualTo("ast");
        Throwable first = (Throwable) pair.outcome(pair.in::read);
        Throwable second = (Throwable) pair.outcome(writing());
        assertThat(SystemError.codeOf(first)).isEqualTo("ECONNRESET");
        assertThat(SystemError.codeOf(second)).isEqualTo("ECONNRESET");
        assertThat(first).isNotSameAs(second).isInstanceOf(SocketException.class);
        assertThat(first).hasCause(second.getCause());
        assertThatThrownBy(pair.out::flush).isInstanceOf(SocketException.class);
    }

    /** Bytes that were not read make the kernel's own close a reset, which would take it away. */
    @Test
    void whatWasWrittenGoesOutBehindTheCloseWhateverWasNotRead() throws IOException {
        pair.peer.getOutputStream().write(new byte[ByteRing.CAPACITY * 3]);
        pair.outcome(() -> {
            pair.out.write(new byte[50_000]);
            pair.here.close();
            pair.out.flush();
            return true;
        });
        assertThat(pair.peer.getInputStream().readAllBytes()).hasSize(50_000);
    }

    /** A peer that goes on sending is not reset at once, and not listened to for ever. */
    @Test
    void aClosedSocketReadsOnForAWhile() throws IOException {
        NetSocket socket = pair.here.socket();
        CompletableFuture<Object> finished = new CompletableFuture<>();
        CompletableFuture<Object> closed = new CompletableFuture<>();
        pair.fixture.act(() -> {
            socket.onFinish(() -> finished.complete(socket.isDestroyed()));
            socket.onClose(() -> closed.complete(true));
        });
        pair.here.close();
        assertThat(pair.fixture.await(finished)).isEqualTo(false);
        assertThat(pair.peer.getInputStream().read()).isEqualTo(-1);
        assertThat(pair.fixture.await(closed)).isEqualTo(true);
    }

    @Test
    void theLoopsOwnThreadIsRefused() {
        assertThatThrownBy(() -> pair.fixture.call(pair.in::read))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("reading here would block the loop");
        assertThatThrownBy(() -> pair.fixture.call(writing()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("writing here would block the loop");
    }

    @Test
    void aLoopThatEndsTellsThoseThatWait() {
        var reading = pair.blocked(pair.in::read);
        var writing = pair.blocked(writing());
        pair.fixture.close();
        String closed = "java.net.SocketException: the loop is closed";
        assertThat(reading.outcome.join()).hasToString(closed);
        assertThat(writing.outcome.join()).hasToString(closed);
        assertThatThrownBy(pair.in::read).hasMessage("the loop is closed");
    }

    @Test
    void aHandlerThatThrowsResetsItsConnectionAndIsLogged() throws IOException {
        try (RecordedLog log = new RecordedLog()) {
            int port =
                    pair.fixture.listen(
                            BlockingSocket.onVirtualThreads(socket -> {
                                socket.inputStream().read();
                                throw new IllegalStateException("a mistake");
                            }));
            expectReset(port);
            pair.fixture.act(() -> {});
            assertThat(log.text()).contains("a mistake");
        }
    }

    @Test
    void aTimeoutInAHandlerIsNoNews() throws IOException {
        try (RecordedLog log = new RecordedLog()) {
            int port =
                    pair.fixture.listen(
                            BlockingSocket.onVirtualThreads(socket -> {
                                socket.inputStream().read();
                                throw new SocketTimeoutException("too slow");
                            }));
            expectReset(port);
            pair.fixture.act(() -> {});
            assertThat(log.text()).isEmpty();
        }
    }

    private static Socket connect(int port) throws IOException {
        return Ends.client(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    private static void expectReset(int port) throws IOException {
        try (Socket client = connect(port)) {
            client.getOutputStream().write(1);
            assertThatThrownBy(() -> client.getInputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    /** Its thread may be about to write, and nothing else holds the loop by then. */
    @Test
    void theLoopLivesUntilTheViewIsClosed() throws IOException {
        CompletableFuture<BlockingSocket> accepted = new CompletableFuture<>();
        CompletableFuture<Integer> port = new CompletableFuture<>();
        CompletableFuture<Boolean> ended = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> ended.complete(serveOne(accepted, port)));
        try (Socket client = connect(pair.fixture.await(port))) {
            BlockingSocket view = pair.fixture.await(accepted);
            int length = 3 * ByteRing.CAPACITY;
            pair.start(() -> {
                client.getOutputStream().write(new byte[length]);
                client.shutdownOutput();
                return true;
            });
            Kernel.await("it is full", () -> available(view) == ByteRing.CAPACITY);
            pair.fixture.act(() -> {});
            assertThat(ended).isNotDone();
            assertThat((byte[]) pair.outcome(view.inputStream()::readAllBytes)).hasSize(length);
            view.outputStream().write('x');
            view.close();
            assertThat(client.getInputStream().readAllBytes()).containsExactly('x');
        }
        assertThat(pair.fixture.await(ended)).isFalse();
    }

    private static int available(BlockingSocket view) {
        try {
            return view.inputStream().available();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean serveOne(
            CompletableFuture<BlockingSocket> accepted, CompletableFuture<Integer> port) {
        try (Loop loop = Loop.create()) {
            NetServer server = Ends.server(loop);
            server.onConnection(socket -> {
                accepted.complete(socket.blocking());
                server.close();
            });
            server.onListening(() -> port.complete(server.port()));
            server.listen(0, "127.0.0.1");
            return loop.run(RunMode.DEFAULT);
        }
    }

    @Test
    void aConnectionThatIsClosedHasNoView() {
        NetSocket socket = pair.here.socket();
        LoopFixture fixture = pair.fixture;
        CompletableFuture<Object> closed = new CompletableFuture<>();
        fixture.act(() -> socket.onClose(() -> closed.complete(true)));
        pair.here.reset();
        fixture.await(closed);
        assertThatThrownBy(() -> fixture.call(socket::blocking))
                .isInstanceOf(IllegalStateException.class);
    }
}
