package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.sys.Errno;
import dev.millrace.testing.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On virtual time; the driver's events are called by the test. */
class AcceptBackoffTest {
    private final RecordingDriver driver = new RecordingDriver().withVirtualTime();
    private final Loop loop = Loop.on(driver);
    private final ListenHandle listener = new ListenHandle(loop, ListenOptions.DEFAULTS);
    private final List<String> reports = new ArrayList<>();
    private final List<String> logged = new ArrayList<>();
    private final Logger logger = Logger.getLogger("dev.millrace.loop");
    private final Handler handler =
            new Handler() {
                @Override
                public void publish(LogRecord line) {
                    logged.add(line.getMessage());
                }

                @Override
                public void flush() {}

                @Override
                public void close() {}
            };
    private long startMillis;

    @BeforeEach
    void log() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    @BeforeEach
    void listen() throws IOException {
        listener.bind(IpAddress.loopback(0));
        listener.listen(StreamHandle::close);
        listener.onAcceptError(report ->
                reports.add(
                        loop.now().toMillis()
                                - startMillis
                                + " "
                                + report.failures()
                                + " "
                                + report.shed()));
        startMillis = loop.now().toMillis();
    }

    @AfterEach
    void close() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
        loop.close();
    }

    private boolean isAccepting() {
        return driver.calls("accept").getLast().equals("acceptStart");
    }

    /** How long it rests after an error. */
    private long restMillis(int errno) {
        long start = loop.now().toMillis();
        listener.receiver.onAcceptError(errno, 0);
        assertThat(isAccepting()).isFalse();
        while (!isAccepting()) {
            loop.run(RunMode.ONCE);
        }
        return loop.now().toMillis() - start;
    }

    @Test
    @Tag("D4")
    void aRestCountsFromTheErrorHoweverLongTheCallbackTook() {
        loop.setImmediate(() -> {
            driver.passMillis(500);
            startMillis = Duration.ofNanos(loop.hrtime()).toMillis();
            listener.receiver.onAcceptError(Errno.ENOMEM, 0);
        });
        do {
            loop.run(RunMode.ONCE);
        } while (!isAccepting());
        assertThat(loop.now().toMillis() - startMillis).isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Errno.ENOBUFS,
                Errno.ENOMEM,
                Errno.EPERM,
                Errno.ENFILE,
                Errno.EMFILE,
                Errno.EINVAL
            })
    @Tag("D6")
    @Tag("X50")
    void eachErrorInARowDoublesTheRestUpToASecond(int errno) {
        List<Long> rests = new ArrayList<>();
        for (int count = 0; count < 6; count++) {
            rests.add(restMillis(errno));
        }
        assertThat(rests).containsExactly(100L, 200L, 400L, 800L, 1000L, 1000L);
        assertThat(listener.acceptErrorCount()).isEqualTo(6);
    }

    @Test
    @Tag("X50")
    void aConnectionAcceptedEndsTheShortage() {
        assertThat(restMillis(Errno.ENOMEM)).isEqualTo(100);
        assertThat(restMillis(Errno.ENOMEM)).isEqualTo(200);
        try (RawClient client = RawClient.connect(((IpAddress) listener.localAddress()).port())) {
            loop.run(RunMode.NOWAIT);
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(restMillis(Errno.ENOMEM)).isEqualTo(100);
    }

    @Test
    @Tag("D4")
    void freedDescriptorsEndTheRestAtOnce() {
        listener.receiver.onAcceptError(Errno.EMFILE, 7);
        assertThat(isAccepting()).isFalse();
        listener.receiver.onDescriptorsFreed();
        assertThat(isAccepting()).isTrue();
        assertThat(listener.shedCount()).isEqualTo(7);
        assertThat(restMillis(Errno.EMFILE)).as("nobody was accepted since").isEqualTo(200);
    }

    @Test
    void whatIsPausedStaysPausedWhenTheRestIsOver() {
        listener.receiver.onAcceptError(Errno.EMFILE, 0);
        listener.pause();
        listener.receiver.onDescriptorsFreed();
        assertThat(isAccepting()).isFalse();
        listener.resume();
        assertThat(isAccepting()).isTrue();
        listener.receiver.onAcceptError(Errno.EMFILE, 0);
        listener.resume();
        assertThat(isAccepting()).as("resume does not shorten a rest").isFalse();
    }

    @Test
    @Tag("D4")
    @Tag("D6")
    void reportsComeOnceASecondForAllThatHappened() {
        for (int count = 0; count < 6; count++) {
            listener.receiver.onAcceptError(Errno.EMFILE, 3);
            while (!isAccepting()) {
                loop.run(RunMode.ONCE);
            }
        }
        // Errors at 0, 100, 300, 700, 1500 and 2500 ms.
        assertThat(reports).containsExactly("0 1 3", "1000 3 9", "2000 1 3", "3000 1 3");
        assertThat(logged).as("a line of the log for each").hasSize(4);
    }

    @Test
    void aReportIsOneLineWithTheAddress() throws IOException {
        AcceptReport report =
                new AcceptReport(
                        dev.millrace.kernel.SystemError.of(
                                Errno.EMFILE, "accept", IpAddress.loopback(80)),
                        2,
                        57);
        assertThat(report)
                .hasToString(
                        "accept EMFILE: too many open files 127.0.0.1:80"
                                + " (failures: 2, connections closed for want of descriptors: 57)");
    }

    @Test
    @Tag("D6")
    void itRestsThoughTheListenerThatIsToldThrows() throws IOException {
        ListenHandle other = new ListenHandle(loop, ListenOptions.DEFAULTS);
        other.bind(IpAddress.loopback(0));
        other.listen(StreamHandle::close);
        boolean[] rests = {false};
        other.onAcceptError(report -> {
            rests[0] = !isAccepting();
            throw new IllegalStateException("told");
        });
        assertThatThrownBy(() -> other.receiver.onAcceptError(Errno.ENOMEM, 0)).hasMessage("told");
        assertThat(rests[0]).as("before it is told").isTrue();
        assertThat(isAccepting()).isFalse();
    }

    @Test
    void aClosedListenerReportsNoMore() {
        listener.receiver.onAcceptError(Errno.EMFILE, 1);
        listener.receiver.onAcceptError(Errno.EMFILE, 1);
        assertThat(reports).hasSize(1);
        listener.close();
        driver.passMillis(2_000);
        loop.run(RunMode.NOWAIT);
        loop.run(RunMode.NOWAIT);
        assertThat(reports).hasSize(1);
        assertThat(logged).hasSize(1);
    }

    @Test
    void aListenerThatClosesWhileItRestsLeavesNothing() {
        listener.receiver.onAcceptError(Errno.EMFILE, 0);
        listener.close();
        loop.run(RunMode.DEFAULT);
        assertThat(loop.now().toMillis() - startMillis).isZero();
        assertThat(loop.isAlive()).isFalse();
    }
}
