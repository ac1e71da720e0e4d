package dev.millrace.loop;

import static dev.millrace.kernel.KernelOption.KEEP_ALIVE;
import static dev.millrace.kernel.KernelOption.NO_DELAY;
import static dev.millrace.kernel.KernelOption.TCP_KEEPCNT;
import static dev.millrace.kernel.KernelOption.TCP_KEEPIDLE;
import static dev.millrace.kernel.KernelOption.TCP_KEEPINTVL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.KeepAlive;
import dev.millrace.sys.Errno;
import dev.millrace.testing.Kernel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is chosen before there is a socket, and after. */
class StreamOptionsTest {
    private static final KeepAlive OFTEN =
            KeepAlive.DEFAULTS
                    .withIdle(Duration.ofMillis(20_900))
                    .withInterval(Duration.ofSeconds(7))
                    .withProbes(3);

    private final StreamPair pair = new StreamPair();
    private final StreamHandle stream = pair.stream;

    @AfterEach
    void close() {
        pair.close();
    }

    private Kernel.Tcp line() {
        int local = ((IpAddress) stream.localAddress()).port();
        int remote = ((IpAddress) stream.remoteAddress()).port();
        return Kernel.connection(local, remote).orElseThrow();
    }

    @Test
    @Tag("B2")
    void aFreshStreamHasNothing() {
        assertThat(stream.isActive()).isFalse();
        assertThat(stream.isClosing()).isFalse();
        assertThat(stream.isConnected()).isFalse();
        assertThat(stream.isReadable()).isFalse();
        assertThat(stream.isWritable()).isFalse();
        assertThat(stream.queuedBytes()).isZero();
        assertThat(stream.bytesRead()).isZero();
        assertThat(stream.bytesWritten()).isZero();
        assertThat(stream.localAddress()).isNull();
        assertThat(stream.remoteAddress()).isNull();
        pair.turns();
        assertThat(pair.journal.lines()).isEmpty();
        assertThat(pair.driver.calls("socket")).as("only the listener's").hasSize(1);
    }

    @Test
    @Tag("B8")
    void aStreamSaysWhichSidesAreOpen() {
        pair.connect();
        assertThat(stream.isReadable() && stream.isWritable()).as("connected").isTrue();
        assertThat(pair.peer().isReadable() && pair.peer().isWritable()).as("accepted").isTrue();
        stream.readStart();
        stream.shutdown(pair.told("shutdown"));
        assertThat(stream.isWritable()).isFalse();
        pair.runUntil("shutdown ok");
        assertThat(stream.isReadable()).isTrue();
        pair.peer().close();
        pair.runUntil("end");
        assertThat(stream.isReadable()).isFalse();
        stream.close();
        assertThat(stream.isClosing()).isTrue();
        assertThat(stream.isClosed()).isFalse();
        pair.turns();
        assertThat(stream.isClosed()).isTrue();
        assertThat(stream.isConnected()).isTrue();
    }

    @Test
    @Tag("R21")
    @Tag("B8")
    void afterAReadErrorItIsNeitherReadableNorWritable() {
        pair.connect();
        stream.readStart();
        pair.peer().reset();
        pair.runUntil("error read ECONNRESET " + pair.listener.localAddress());
        assertThat(stream.isReadable()).isFalse();
        assertThat(stream.isWritable()).isFalse();
    }

    @Test
    @Tag("C13")
    @Tag("K1")
    @Tag("K5")
    void whatIsChosenBeforeThereIsASocketHoldsForIt() {
        stream.option(NO_DELAY, 1);
        stream.keepAlive(OFTEN);
        assertThat(pair.driver.calls("setOption NO_DELAY")).hasSizeLessThan(2);
        pair.connect();
        assertThat(pair.option(NO_DELAY)).isEqualTo(1);
        assertThat(pair.option(KEEP_ALIVE)).isEqualTo(1);
        assertThat(pair.option(TCP_KEEPIDLE)).as("milliseconds are cut").isEqualTo(20);
        assertThat(pair.option(TCP_KEEPINTVL)).isEqualTo(7);
        assertThat(pair.option(TCP_KEEPCNT)).isEqualTo(3);
        assertThat(line().timer()).isEqualTo(Kernel.KEEPALIVE_TIMER);
        assertThat(line().timerSeconds()).isBetween(18.0, 20.0);
    }

    @Test
    @Tag("K2")
    @Tag("K1")
    @Tag("K5")
    void itIsOffByDefaultAndItsDefaultsAreThoseOfLibuv() {
        pair.connect();
        assertThat(pair.option(KEEP_ALIVE)).isZero();
        assertThat(line().timer()).isZero();
        stream.keepAlive(KeepAlive.DEFAULTS);
        assertThat(pair.option(KEEP_ALIVE)).isEqualTo(1);
        assertThat(pair.option(TCP_KEEPIDLE)).isEqualTo(60);
        assertThat(pair.option(TCP_KEEPINTVL)).isEqualTo(1);
        assertThat(pair.option(TCP_KEEPCNT)).isEqualTo(10);
        assertThat(line().timer()).isEqualTo(Kernel.KEEPALIVE_TIMER);
    }

    @Test
    @Tag("K3")
    void switchingOffLeavesTheTiming() {
        pair.connect();
        stream.keepAlive(OFTEN);
        pair.driver.calls().clear();
        stream.keepAliveOff();
        assertThat(pair.driver.calls("setOption")).containsExactly("setOption KEEP_ALIVE 0");
        assertThat(pair.option(KEEP_ALIVE)).isZero();
        assertThat(pair.option(TCP_KEEPIDLE)).isEqualTo(20);
        assertThat(line().timer()).isZero();
    }

    @Test
    @Tag("K4")
    void sayingTheSameAgainCostsNoCall() {
        pair.connect();
        stream.keepAlive(OFTEN);
        stream.option(NO_DELAY, 1);
        pair.driver.calls().clear();
        stream.keepAlive(OFTEN);
        stream.option(NO_DELAY, 1);
        assertThat(pair.driver.calls("setOption")).isEmpty();
        stream.keepAlive(OFTEN.withProbes(4));
        assertThat(pair.driver.calls("setOption")).containsExactly("setOption TCP_KEEPCNT 4");
    }

    /** As on a Windows that has no such options; the documentation of KeepAlive says so. */
    @Test
    @Tag("K7")
    void whereTimingIsMissingTheSystemsOwnHoldsAndKeepAliveIsOnAllTheSame() {
        pair.connect();
        int usual = pair.option(TCP_KEEPCNT);
        for (var timing : List.of(TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT)) {
            pair.driver.refuse(timing, Errno.EOPNOTSUPP);
        }
        stream.keepAlive(OFTEN);
        assertThat(pair.option(KEEP_ALIVE)).isEqualTo(1);
        assertThat(pair.option(TCP_KEEPCNT)).isEqualTo(usual);
        assertThat(Path.of("src/main/java/dev/millrace/kernel/KeepAlive.java"))
                .content()
                .contains("Windows differs", "SIO_KEEPALIVE_VALS", "10 probes");
    }

    @Test
    @Tag("K5")
    void whatTheKernelWouldRefuseThrowsAtTheCall() {
        for (Duration wrong : new Duration[] {Duration.ZERO, Duration.ofMillis(999)}) {
            assertThatThrownBy(() -> KeepAlive.DEFAULTS.withIdle(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("idle seconds of a keep-alive are 1 to 32767, not 0 (EINVAL)");
        }
        assertThatThrownBy(() -> KeepAlive.DEFAULTS.withInterval(Duration.ofSeconds(32_768)))
                .hasMessageContaining("interval seconds");
        assertThatThrownBy(() -> KeepAlive.DEFAULTS.withProbes(128))
                .hasMessageContaining("probes of a keep-alive are 1 to 127");
        pair.connect();
        stream.keepAlive(new KeepAlive(Duration.ofSeconds(32_767), Duration.ofSeconds(1), 127));
        assertThat(pair.option(TCP_KEEPIDLE)).isEqualTo(32_767);
        assertThat(pair.option(TCP_KEEPCNT)).isEqualTo(127);
    }
}
