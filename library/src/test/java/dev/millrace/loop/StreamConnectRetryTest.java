package dev.millrace.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.kernel.ListenOptions;
import dev.millrace.kernel.UnixAddress;
import dev.millrace.sys.Errno;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A connect that meets a full backlog, on virtual time. */
@Tag("G7")
class StreamConnectRetryTest {
    private final RecordingDriver driver = new RecordingDriver().withVirtualTime();
    private final Loop loop = Loop.on(driver);
    private UnixAddress address;
    private final ListenHandle listener =
            new ListenHandle(loop, ListenOptions.DEFAULTS.withBacklog(1));
    private final List<String> outcomes = new ArrayList<>();
    private long startMillis;

    @BeforeEach
    void fill(@TempDir Path folder) throws IOException {
        address = UnixAddress.of(folder.resolve("s"));
        listener.bind(address);
        listener.listen(StreamHandle::close);
        listener.pause();
        int result = 0;
        while (result == 0) {
            result = driver.connect(driver.socket(address), address);
        }
        assertThat(result).isEqualTo(-Errno.EAGAIN);
        driver.calls().clear();
        startMillis = loop.now().toMillis();
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private StreamHandle connect() {
        StreamHandle stream = new StreamHandle(loop, StreamHandleTest.NOBODY);
        stream.connect(
                address,
                new Request(
                        error -> outcomes.add(error == null ? "connected" : error.getMessage())));
        return stream;
    }

    private long millis() {
        return loop.now().toMillis() - startMillis;
    }

    @Test
    void itConnectsOnceThereIsRoom() {
        StreamHandle stream = connect();
        while (millis() < 300) {
            loop.run(RunMode.ONCE);
        }
        assertThat(outcomes).isEmpty();
        // After 0, 1, 3, 7, 15, 31, 63 ms, then every 50 ms.
        assertThat(driver.calls("connect")).hasSize(12);
        listener.resume();
        while (outcomes.isEmpty() && millis() < 60_000) {
            loop.run(RunMode.ONCE);
        }
        assertThat(outcomes).containsExactly("connected");
        assertThat(stream.isConnected()).isTrue();
        assertThat(driver.calls("socket")).hasSize(1);
    }

    @Test
    void afterTenSecondsTheOutcomeIsEagain() {
        StreamHandle stream = connect();
        while (outcomes.isEmpty() && millis() < 60_000) {
            loop.run(RunMode.ONCE);
        }
        assertThat(outcomes).containsExactly("connect EAGAIN " + address);
        assertThat(millis()).isBetween(10_000L, 10_050L);
        assertThat(stream.isConnected()).isFalse();
    }

    @Test
    void aStreamThatIsClosedMeanwhileTriesNoMore() {
        StreamHandle stream = connect();
        loop.run(RunMode.ONCE);
        int tries = driver.calls("connect").size();
        stream.close();
        listener.close();
        loop.run(RunMode.DEFAULT);
        assertThat(outcomes).containsExactly("connect ECANCELED " + address);
        assertThat(driver.calls("connect")).hasSize(tries);
        assertThat(millis()).as("nothing is waited for").isLessThan(50);
    }

    @Test
    void itsPausesCountFromTheTryHoweverLongTheCallbackTook() {
        loop.setImmediate(() -> {
            driver.passMillis(30_000);
            startMillis = Duration.ofNanos(loop.hrtime()).toMillis();
            connect();
        });
        while (outcomes.isEmpty() && millis() < 60_000) {
            loop.run(RunMode.ONCE);
        }
        assertThat(outcomes).singleElement().asString().contains("EAGAIN");
        assertThat(millis()).isBetween(10_000L, 10_100L);
    }
}
