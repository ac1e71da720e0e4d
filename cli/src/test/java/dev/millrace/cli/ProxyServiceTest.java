package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.net.ConnectionLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a proxy passes on, and what it does about peers that leave, wait or are not there. */
@Timeout(90)
class ProxyServiceTest {
    private static final Duration NO_LIMIT = Duration.ZERO;
    private static final byte[] WORD = "word".getBytes(StandardCharsets.US_ASCII);

    private static final byte CUT_OFF = 1;

    private ServerSocket target;

    @BeforeEach
    void listen() throws IOException {
        target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        target.setSoTimeout((int) RunningServer.DEADLINE.toMillis());
    }

    @AfterEach
    void close() throws IOException {
        target.close();
    }

    private Endpoint endpoint() {
        return new Endpoint.Tcp("127.0.0.1", target.getLocalPort());
    }

    private static ProxySettings settings(Endpoint target, int maxConnections, Duration idle) {
        return new ProxySettings(
                target,
                maxConnections,
                NO_LIMIT,
                idle,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static RunningServer proxy(ProxySettings settings, Duration finishMax) {
        return RunningServer.start(
                loop -> new ProxyService(loop, settings, new ProxyStatistics(false)), finishMax);
    }

    private static RunningServer proxy(Endpoint target, int maxConnections, Duration idle) {
        return proxy(settings(target, maxConnections, idle), RunningServer.NEVER);
    }

    private RunningServer proxy() {
        return proxy(endpoint(), ConnectionLimits.NO_LIMIT, NO_LIMIT);
    }

    private Socket accept() throws IOException {
        Socket accepted = target.accept();
        accepted.setSoTimeout((int) RunningServer.DEADLINE.toMillis());
        return accepted;
    }

    private static void say(Socket from, Socket to) throws IOException {
        from.getOutputStream().write(WORD);
        assertThat(to.getInputStream().readNBytes(WORD.length)).isEqualTo(WORD);
    }

    /** SO_LINGER of 0: the close is a reset. */
    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static void expectReset(Socket socket) {
        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> socket.getInputStream().read())
                .withMessageContaining("reset");
    }

    @Test
    void anEndIsPassedOnAndTheOtherSideGoesOn() throws IOException {
        try (RunningServer proxy = proxy();
                Socket client = proxy.connect();
                Socket served = accept()) {
            say(client, served);
            client.shutdownOutput();
            assertThat(served.getInputStream().read()).as("the end").isNegative();
            say(served, client);
            served.shutdownOutput();
            assertThat(client.getInputStream().read()).as("the end").isNegative();
            proxy.stop().awaitEnd();
        }
    }

    @Test
    void theTargetMayEndFirst() throws IOException {
        try (RunningServer proxy = proxy();
                Socket client = proxy.connect();
                Socket served = accept()) {
            served.shutdownOutput();
            assertThat(client.getInputStream().read()).as("the end").isNegative();
            say(client, served);
        }
    }

    @Test
    void aResetOfTheClientIsPassedOn() throws IOException {
        try (RunningServer proxy = proxy();
                Socket client = proxy.connect();
                Socket served = accept()) {
            say(client, served);
            reset(client);
            expectReset(served);
            proxy.stop().awaitEnd();
        }
    }

    @Test
    void aResetOfTheTargetIsPassedOn() throws IOException {
        try (RunningServer proxy = proxy();
                Socket client = proxy.connect();
                Socket served = accept()) {
            say(served, client);
            reset(served);
            expectReset(client);
            proxy.stop().awaitEnd();
        }
    }

    /** As its own kernel would refuse it; an end would say that there is nothing to send. */
    @Test
    void aTargetThatIsNotThereResetsTheClient() throws IOException {
        Endpoint nobody = endpoint();
        target.close();
        try (RunningServer proxy = proxy(nobody, ConnectionLimits.NO_LIMIT, NO_LIMIT)) {
            for (int count = 0; count < 3; count++) {
                try (Socket client = proxy.connect()) {
                    expectReset(client);
                }
            }
            proxy.stop().awaitEnd();
        }
    }

    /**
     * Before, in and behind what it sends, and also while the target does the same; the proxy ends
     * only when every connection of both sides is over.
     */
    @Test
    void aThousandClientsThatResetWheneverTheyLikeLeaveNothingBehind() throws Exception {
        try (RunningServer proxy = proxy();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> echo = threads.submit(() -> echoUntilClosed(threads));
            List<Future<?>> clients = new ArrayList<>();
            for (int number = 0; number < 20; number++) {
                SplittableRandom random = new SplittableRandom(number);
                clients.add(threads.submit(() -> fiftyResets(proxy, random)));
            }
            for (Future<?> client : clients) {
                client.get();
            }
            try (Socket last = proxy.connect()) {
                say(last, last);
            }
            proxy.stop().awaitEnd();
            target.close();
            assertThat(echo.get()).isNull();
        }
    }

    private static Void fiftyResets(RunningServer proxy, SplittableRandom random)
            throws IOException {
        for (int count = 0; count < 50; count++) {
            Socket client = proxy.connect();
            byte[] bytes = new byte[1 + random.nextInt(1 << random.nextInt(18))];
            bytes[0] = random.nextInt(8) == 0 ? CUT_OFF : 0;
            try {
                client.getOutputStream().write(bytes);
                client.getInputStream().readNBytes(random.nextInt(bytes.length));
            } catch (SocketException reset) {
                // The target was faster.
            }
            reset(client);
        }
        return null;
    }

    private Void echoUntilClosed(ExecutorService threads) throws IOException {
        while (true) {
            try {
                Socket accepted = accept();
                threads.submit(() -> echo(accepted));
            } catch (SocketException closed) {
                return null;
            }
        }
    }

    /** Sends back what comes, or resets if that begins so. */
    private static Void echo(Socket socket) throws IOException {
        try (socket) {
            int first = socket.getInputStream().read();
            if (first == CUT_OFF) {
                socket.setSoLinger(true, 0);
            } else if (first >= 0) {
                socket.getOutputStream().write(first);
                socket.getInputStream().transferTo(socket.getOutputStream());
            }
        } catch (SocketException reset) {
            socket.setSoLinger(true, 0);
        }
        return null;
    }

    @Test
    void aConnectionBeyondTheLimitIsClosedAtOnce() throws IOException {
        try (RunningServer proxy = proxy(endpoint(), 1, NO_LIMIT);
                Socket client = proxy.connect();
                Socket served = accept()) {
            say(client, served);
            try (Socket second = proxy.connect()) {
                assertThat(second.getInputStream().read()).isNegative();
            }
            say(served, client);
        }
    }

    /** Either side may be the first to be idle. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsIdleOnBothSidesIsReset(boolean isClientLast) throws IOException {
        Duration idle = Duration.ofMillis(300);
        try (RunningServer proxy = proxy(endpoint(), ConnectionLimits.NO_LIMIT, idle);
                Socket client = proxy.connect();
                Socket served = accept()) {
            say(client, served);
            if (isClientLast) {
                say(served, client);
            }
            expectReset(client);
            expectReset(served);
            proxy.stop().awaitEnd();
        }
    }

    /** What has not ended when the time for it is over was cut off, and must not look complete. */
    @Test
    void whatIsOpenWhenItsTimeIsOverIsReset() throws IOException {
        ProxySettings settings = settings(endpoint(), ConnectionLimits.NO_LIMIT, NO_LIMIT);
        try (RunningServer proxy = proxy(settings, Duration.ofMillis(50));
                Socket client = proxy.connect();
                Socket served = accept()) {
            say(client, served);
            proxy.stop();
            expectReset(client);
            expectReset(served);
            proxy.awaitEnd();
        }
    }

    @Test
    void whatIsOpenWhenItStopsMayEnd() throws IOException {
        try (RunningServer proxy = proxy();
                Socket client = proxy.connect();
                Socket served = accept()) {
            say(client, served);
            proxy.stop();
            say(served, client);
            client.shutdownOutput();
            served.shutdownOutput();
            proxy.awaitEnd();
            assertThat(client.getInputStream().read()).isNegative();
        }
    }

    @Test
    void aUnixSocketIsATargetToo(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("s");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            Endpoint unix = new Endpoint.Unix(UnixAddress.of(path));
            try (RunningServer proxy = proxy(unix, ConnectionLimits.NO_LIMIT, NO_LIMIT);
                    Socket client = proxy.connect();
                    SocketChannel served = listener.accept()) {
                client.getOutputStream().write(WORD);
                client.shutdownOutput();
                ByteBuffer got = ByteBuffer.allocate(64);
                while (served.read(got) >= 0) {
                    assertThat(got.hasRemaining()).isTrue();
                }
                assertThat(got.flip()).isEqualTo(ByteBuffer.wrap(WORD));
                served.write(got);
                served.shutdownOutput();
                assertThat(client.getInputStream().readAllBytes()).isEqualTo(WORD);
            }
        }
    }
}
