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
import dev.millrace.testing.BlackHole;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The time-out of connecting, on virtual time. */
@Tag("X66")
class ConnectTimeoutTest {
    private static final Duration SOON = Duration.ofMillis(150);

    private final Journal journal = new Journal();

    /** The black hole answers nothing. */
    @Test
    void itCountsFromItsConnectHoweverLongTheCallbackTook() {
        RecordingDriver driver = new RecordingDriver().withVirtualTime();
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
    void aConnectThatStandsIsNotTimedOutByWorkAfterIt() throws IOException {
        RecordingDriver driver = new RecordingDriver().withVirtualTime();
        try (Loop loop = DriverLoops.on(driver)) {
            ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
            listener.bind(IpAddress.loopback(0));
            listener.listen(stream -> {
                stream.close();
                listener.close();
            });
            Address good = listener.localAddress();
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

    @Test
    void aNameThatHangsIsTimedOutAsWell() {
        CompletableFuture<?>[] asked = new CompletableFuture<?>[1];
        NameResolver hanging =
                (loop, host, family) -> {
                    var never = new CompletableFuture<List<InetAddress>>();
                    asked[0] = never;
                    return never;
                };
        NetSocketOptions options =
                NetSocketOptions.DEFAULTS
                        .withConnectTimeout(SOON)
                        .withNames(NameOptions.DEFAULTS.withResolver(hanging));
        // With a deadline, as nothing else would end it.
        LoopFixture.run(
                () -> DriverLoops.on(new RecordingDriver().withVirtualTime()),
                loop -> {
                    long start = loop.hrtime();
                    NetSocket.connect(loop, 80, "hangs.test", options)
                            .onError(error -> {
                                assertThat(error).isInstanceOf(UnknownHostException.class);
                                assertThat(loop.hrtime() - start).isEqualTo(SOON.toNanos());
                                journal.add(error.getMessage());
                            })
                            .onClose(journal.line("close"));
                });
        assertThat(journal.lines()).containsExactly("getaddrinfo ETIMEDOUT hangs.test", "close");
        assertThat(asked[0].isDone()).as("may be another's too").isFalse();
    }
}
