package dev.millrace.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.Address;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.SystemError;
import dev.millrace.loop.DriverLoops;
import dev.millrace.loop.ListenHandle;
import dev.millrace.loop.Loop;
import dev.millrace.loop.RunMode;
import dev.millrace.sys.Errno;
import dev.millrace.testing.Journal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of a name with several addresses, on virtual time. */
class ConnectAttemptsTest {
    private static final int PORT = 80;
    private static final Address ONE = at("2001:db8::1");
    private static final Address TWO = at("192.0.2.2");
    private static final Address THREE = at("2001:db8::3");
    private static final Address FOUR = at("192.0.2.4");
    private static final Duration DELAY = NameOptions.DEFAULTS.attemptDelay();

    private final Journal journal = new Journal();
    private final RecordingDriver recording = new RecordingDriver().withVirtualTime();
    private final RoutedDriver driver = new RoutedDriver(recording);
    private final Loop loop = DriverLoops.on(driver);
    private final Address real = echo();
    private int openBefore = driver.open();
    private long took;

    @AfterEach
    void close() {
        loop.close();
    }

    private static Address at(String literal) {
        return IpAddress.of(literal, PORT);
    }

    /** An echo that closes with its first connection. */
    private Address echo() {
        try {
            ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
            listener.bind(IpAddress.loopback(0));
            listener.unref();
            listener.listen(stream -> {
                NetSocket socket = new NetSocket(stream, NetSocketOptions.DEFAULTS);
                socket.pipeTo(socket);
            });
            return listener.localAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static NetSocketOptions named(Address... addresses) {
        List<InetAddress> hosts =
                Stream.of(addresses).map(one -> ((IpAddress) one).host()).toList();
        NameResolver resolver = (on, host, family) -> CompletableFuture.completedFuture(hosts);
        return NetSocketOptions.DEFAULTS.withNames(NameOptions.DEFAULTS.withResolver(resolver));
    }

    /** Runs a connect, whose outcome is written, until everything is over. */
    private void connect(NetSocketOptions options, Consumer<NetSocket> each) {
        loop.nextTick(() -> {
            openBefore = driver.open();
            long start = loop.hrtime();
            NetSocket socket = NetSocket.connect(loop, PORT, "name.test", options);
            socket.onConnect(() -> {
                took = loop.hrtime() - start;
                journal.add("connected to " + socket.remoteAddress().orElseThrow());
                socket.end();
            });
            socket.onError(error -> {
                took = loop.hrtime() - start;
                journal.add(error.getMessage());
            });
            socket.onClose(journal.line("close"));
            socket.onData(data -> journal.add("data " + StandardCharsets.UTF_8.decode(data)));
            each.accept(socket);
        });
        loop.run(RunMode.DEFAULT);
        assertThat(driver.open()).as("sockets left").isLessThanOrEqualTo(openBefore);
    }

    private void connect(NetSocketOptions options) {
        connect(options, socket -> {});
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Duration millis(long count) {
        return Duration.ofMillis(count);
    }

    private Duration took() {
        return Duration.ofNanos(took);
    }

    @Test
    @Tag("H11")
    @Tag("X67")
    void threeBlackHolesCostThreeDelays() {
        driver.leads(FOUR, real);
        connect(named(ONE, THREE, TWO, FOUR));
        assertThat(journal.lines()).containsExactly("connected to " + real, "close");
        assertThat(driver.tried()).containsExactly(ONE, TWO, THREE, FOUR);
        assertThat(took()).isBetween(DELAY.multipliedBy(3), millis(1_100));
        assertThat(driver.openMost() - openBefore).as("all at once").isEqualTo(4);
    }

    @Test
    @Tag("H11")
    void anUnreachableFamilyCostsNothingAndASilentOneADelay() {
        driver.fails(ONE, Errno.ENETUNREACH);
        driver.leads(TWO, real);
        connect(named(ONE, TWO));
        assertThat(took()).isLessThan(millis(50));
        connect(named(THREE, TWO));
        assertThat(took()).isBetween(DELAY, millis(300));
        assertThat(journal.count("connected to " + real)).isEqualTo(2);
    }

    /** The attempt that is slow may still be the first. */
    @Test
    @Tag("H11")
    void aSlowAttemptWinsWhenTheOneBesideItIsSlower() {
        connect(
                named(ONE, TWO, THREE),
                socket ->
                        loop.setTimeout(
                                DELAY.plusMillis(100),
                                () -> {
                                    assertThat(driver.tried()).containsExactly(ONE, TWO);
                                    driver.answers(ONE, real);
                                }));
        assertThat(journal.lines()).containsExactly("connected to " + real, "close");
        assertThat(driver.tried()).as("none is begun after it").containsExactly(ONE, TWO);
    }

    @Test
    @Tag("H11")
    void anAttemptThatFailsStartsTheNextAtOnceWhichHasTheWholeDelay() {
        driver.fails(ONE, Errno.ECONNREFUSED);
        driver.leads(THREE, real);
        connect(named(ONE, TWO, THREE));
        assertThat(took()).isBetween(DELAY, DELAY.plusMillis(100));
    }

    @Test
    @Tag("H12")
    @Tag("X67")
    void whenAllFailOneErrorListsThemInTheirOrder() {
        driver.fails(ONE, Errno.ENETUNREACH);
        driver.fails(TWO, Errno.ECONNREFUSED);
        SystemError.Attempts[] told = new SystemError.Attempts[1];
        connect(
                named(ONE, TWO),
                socket ->
                        socket.connected()
                                .whenComplete(
                                        (none, error) -> told[0] = (SystemError.Attempts) error));
        assertThat(journal.lines())
                .containsExactly(
                        "connect ENETUNREACH " + ONE + "; connect ECONNREFUSED " + TWO, "close");
        assertThat(told[0]).isInstanceOf(ConnectException.class);
        assertThat(told[0].code()).isEqualTo("ENETUNREACH");
        assertThat(told[0].address()).isEmpty();
        assertThat(told[0].causes())
                .extracting(cause -> ((SystemError) cause).address().orElseThrow())
                .containsExactly(ONE, TWO);
        assertThat(told[0].getSuppressed()).hasSize(2);
    }

    @Test
    @Tag("X66")
    void theTimeOutIsForAllOfThemTogether() {
        driver.fails(ONE, Errno.ENETUNREACH);
        Duration timeout = DELAY.multipliedBy(2).minusMillis(50);
        connect(named(ONE, TWO, THREE, FOUR).withConnectTimeout(timeout));
        assertThat(journal.lines())
                .containsExactly(
                        "connect ENETUNREACH %s; connect ETIMEDOUT %s; connect ETIMEDOUT %s"
                                .formatted(ONE, TWO, THREE),
                        "close");
        assertThat(took()).isEqualTo(timeout);
    }

    @Test
    @Tag("X67")
    void aSingleAddressThatFailsIsToldAsItself() {
        driver.fails(ONE, Errno.EHOSTUNREACH);
        connect(named(ONE));
        assertThat(journal.lines()).containsExactly("connect EHOSTUNREACH " + ONE, "close");
    }

    @Test
    @Tag("H14")
    void whatWasWrittenAndChosenBeforeHoldsForTheWinner() {
        driver.leads(TWO, real);
        connect(
                named(ONE, TWO),
                socket -> {
                    socket.noDelay(false);
                    socket.write(bytes("early"), error -> journal.add("written " + error));
                    assertThat(socket.queuedBytes()).isEqualTo(5);
                    assertThat(socket.localAddress()).isEmpty();
                });
        assertThat(journal.lines())
                .containsExactly("connected to " + real, "written null", "data early", "close");
        assertThat(recording.calls("setOption NO_DELAY"))
                .as("the listener's, then the winner's alone")
                .containsExactly("setOption NO_DELAY 1", "setOption NO_DELAY 0");
    }

    @Test
    @Tag("H9")
    @Tag("X71")
    void destroyedWhileSeveralAreUnderWayAllAreClosedAtOnce() {
        connect(
                named(ONE, TWO, THREE),
                socket -> {
                    socket.write(bytes("lost"), error -> journal.add(SystemError.codeOf(error)));
                    loop.setTimeout(
                            DELAY.plusMillis(10),
                            () -> {
                                assertThat(driver.open()).isEqualTo(openBefore + 2);
                                socket.destroy();
                                assertThat(driver.open()).isEqualTo(openBefore);
                            });
                });
        assertThat(journal.lines()).containsExactly("ECANCELED", "close");
        assertThat(driver.tried()).containsExactly(ONE, TWO);
    }

    /** None of the attempts is the socket's own stream: theirs must lead to it. */
    @Test
    void whatAConnectListenerThrowsDestroysTheSocket() {
        driver.leads(ONE, real);
        loop.nextTick(() ->
                NetSocket.connect(loop, PORT, "name.test", named(ONE, TWO))
                        .onConnect(() -> {
                            throw new IllegalStateException("mine");
                        })
                        .onError(error -> journal.add(error.getMessage()))
                        .onClose(journal.line("close")));
        loop.run(RunMode.DEFAULT);
        assertThat(journal.lines())
                .containsExactly(
                        "a listener of the socket threw java.lang.IllegalStateException: mine",
                        "close");
    }

    /** One port can't be in two attempts. */
    @Test
    @Tag("H10")
    void withALocalPortOneIsTriedAfterTheOther() throws IOException {
        IpAddress local;
        try (ServerSocket probe = new ServerSocket(0)) {
            local = IpAddress.loopback(probe.getLocalPort());
        }
        driver.leads(FOUR, real);
        connect(
                named(TWO, FOUR, ONE).withLocal(local),
                socket -> {
                    socket.connected()
                            .thenRun(() -> journal.add(socket.localAddress().orElseThrow() + ""));
                    loop.setTimeout(
                            DELAY.multipliedBy(3),
                            () -> {
                                assertThat(driver.tried()).containsExactly(TWO);
                                driver.answers(TWO, IpAddress.loopback(1));
                            });
                });
        assertThat(journal.lines())
                .containsExactly("connected to " + real, local.toString(), "close");
        assertThat(driver.tried()).as("and none of another family").containsExactly(TWO, FOUR);
    }
}
