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
import dev.millrace.loop.StreamEvents;
import dev.millrace.loop.StreamHandle;
import dev.millrace.testing.BlackHole;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import dev.millrace.testing.RecordedEvents;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of a name with several addresses. */
class ConnectAttemptsTest {
    private static final IpAddress REFUSED = IpAddress.loopback(1);
    private static final Duration SOON = Duration.ofMillis(150);

    private final Journal journal = new Journal();
    private final RecordingDriver driver = new RecordingDriver().withVirtualTime();
    private final StreamEvents events = new RecordedEvents(journal);

    private void attempt(Loop loop, NetSocketOptions options, Address... addresses) {
        StreamHandle handle = new StreamHandle(loop, events);
        ConnectAttempts attempts =
                new ConnectAttempts(
                        handle,
                        List.of(addresses),
                        options,
                        error -> {
                            journal.add(error == null ? handle.remoteAddress() + "" : line(error));
                            handle.close();
                        });
        attempts.start();
    }

    private static String line(Throwable error) {
        Throwable[] before = error.getSuppressed();
        return error.getMessage() + (before.length == 0 ? "" : " after " + line(before[0]));
    }

    private Address listen(Loop loop) {
        try {
            ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
            listener.bind(IpAddress.loopback(0));
            listener.listen(stream -> {
                stream.close();
                listener.close();
            });
            return listener.localAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    @Tag("X67")
    void theNextAddressIsTriedAfterARefusedOne() {
        Address[] good = new Address[1];
        LoopFixture.run(loop -> {
            good[0] = listen(loop);
            attempt(loop, NetSocketOptions.DEFAULTS, REFUSED, REFUSED, good[0]);
        });
        assertThat(journal.lines()).containsExactly(good[0].toString());
    }

    @Test
    @Tag("X66")
    @Tag("X67")
    void theNextAddressIsTriedAfterABlackHole() {
        Address[] good = new Address[1];
        try (BlackHole hole = new BlackHole()) {
            LoopFixture.run(loop -> {
                good[0] = listen(loop);
                NetSocketOptions options = NetSocketOptions.DEFAULTS.withConnectTimeout(SOON);
                attempt(loop, options, hole.address(), good[0]);
            });
        }
        assertThat(journal.lines()).containsExactly(good[0].toString());
    }

    @Test
    @Tag("X67")
    void aHandleThatIsClosedMeanwhileTriesNoOther() {
        try (BlackHole hole = new BlackHole()) {
            LoopFixture.run(loop -> {
                StreamHandle handle = new StreamHandle(loop, events);
                List<Address> addresses = List.of(hole.address(), REFUSED);
                new ConnectAttempts(
                                handle,
                                addresses,
                                NetSocketOptions.DEFAULTS,
                                error -> journal.add(line(error)))
                        .start();
                loop.setImmediate(handle::close);
            });
            assertThat(journal.lines()).containsExactly("connect ECANCELED " + hole.address());
        }
    }

    @Test
    @Tag("H12")
    @Tag("X67")
    void whenAllFailTheLastErrorIsToldWithThoseBeforeIt() {
        try (BlackHole hole = new BlackHole()) {
            LoopFixture.run(loop ->
                    attempt(
                            loop,
                            NetSocketOptions.DEFAULTS.withConnectTimeout(SOON),
                            REFUSED,
                            hole.address()));
            assertThat(journal.lines())
                    .containsExactly(
                            "connect ETIMEDOUT "
                                    + hole.address()
                                    + " after connect ECONNREFUSED "
                                    + REFUSED);
        }
    }

    /** On virtual time; the black hole answers nothing. */
    @Test
    @Tag("X66")
    void aTimeOutCountsFromItsConnectHoweverLongTheCallbackTook() {
        try (BlackHole hole = new BlackHole();
                Loop loop = DriverLoops.on(driver)) {
            loop.setImmediate(() -> {
                driver.passMillis(5_000);
                long start = loop.hrtime();
                Duration timeout = Duration.ofSeconds(2);
                NetSocket socket =
                        NetSocket.connect(
                                loop,
                                hole.address(),
                                NetSocketOptions.DEFAULTS.withConnectTimeout(timeout));
                socket.onError(error -> {
                    journal.add(SystemError.codeOf(error));
                    assertThat(loop.hrtime() - start).isEqualTo(timeout.toNanos());
                });
            });
            loop.run(RunMode.DEFAULT);
        }
        assertThat(journal.lines()).containsExactly("ETIMEDOUT");
    }

    /** The kernel had the answer in time; only the loop was busy. */
    @Test
    @Tag("X66")
    void aConnectThatStandsIsNotTimedOutByWorkAfterIt() {
        try (Loop loop = DriverLoops.on(driver)) {
            Address good = listen(loop);
            loop.setImmediate(() -> {
                NetSocket socket =
                        NetSocket.connect(
                                loop, good, NetSocketOptions.DEFAULTS.withConnectTimeout(SOON));
                socket.onConnect(journal.line("connected"));
                socket.onError(error -> journal.add(error.getMessage()));
                socket.onClose(journal.line("closed"));
                socket.resume();
                driver.passMillis(5_000);
            });
            loop.run(RunMode.DEFAULT);
        }
        assertThat(journal.lines()).containsExactly("connected", "closed");
    }

    /** The first attempt was late and refused at once: its time is not the next one's. */
    @Test
    @Tag("X67")
    void theTimeOfAnAttemptThatHasEndedIsNotTheNextOnes() {
        Address[] good = new Address[1];
        try (Loop loop = DriverLoops.on(driver)) {
            good[0] = listen(loop);
            loop.setImmediate(() -> {
                attempt(loop, NetSocketOptions.DEFAULTS.withConnectTimeout(SOON), REFUSED, good[0]);
                driver.passMillis(5_000);
            });
            loop.run(RunMode.DEFAULT);
        }
        assertThat(journal.lines()).containsExactly(good[0].toString());
    }
}
