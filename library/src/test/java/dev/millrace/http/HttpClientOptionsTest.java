package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.kernel.UnixAddress;
import dev.millrace.net.NetSocketOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HttpClientOptionsTest {
    private static final Duration TIME = Duration.ofSeconds(7);

    @Test
    void eachWithChangesItsPartAlone() {
        HttpPoolLimits pool = new HttpPoolLimits(1, 2, 3, TIME);
        HttpPoolLimits changed =
                HttpPoolLimits.DEFAULTS
                        .withMaxSockets(1)
                        .withMaxFreeSockets(2)
                        .withMaxWaiting(3)
                        .withIdle(TIME);
        assertThat(changed).isEqualTo(pool);
        HttpClientTimeouts timeouts =
                new HttpClientTimeouts(
                        TIME.plusSeconds(1),
                        TIME,
                        TIME.plusSeconds(2),
                        TIME.plusSeconds(3),
                        Duration.ZERO,
                        TIME.plusSeconds(4),
                        5);
        assertThat(
                        HttpClientTimeouts.DEFAULTS
                                .withWaiting(TIME.plusSeconds(1))
                                .withConnect(TIME)
                                .withProceed(TIME.plusSeconds(2))
                                .withResponse(TIME.plusSeconds(3))
                                .withBody(Duration.ZERO)
                                .withTotal(TIME.plusSeconds(4))
                                .withMinBytesPerSecond(5))
                .isEqualTo(timeouts);
        HttpLimits limits = HttpLimits.DEFAULTS.withMaxHeaderLines(5);
        NetSocketOptions net = NetSocketOptions.DEFAULTS.withNoDelay(true);
        HttpClientOptions options =
                HttpClientOptions.DEFAULTS
                        .withPool(pool)
                        .withTimeouts(timeouts)
                        .withLimits(limits)
                        .withNet(net)
                        .withAddress(UnixAddress.of("@a"));
        assertThat(options.pool()).isEqualTo(pool);
        assertThat(options.timeouts()).isEqualTo(timeouts);
        assertThat(options.limits()).isEqualTo(limits);
        assertThat(options.net()).isEqualTo(net);
        assertThat(options.address()).contains(UnixAddress.of("@a"));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        Duration negative = Duration.ofSeconds(-1);
        HttpPoolLimits pool = HttpPoolLimits.DEFAULTS;
        expectRefused(() -> pool.withMaxSockets(0));
        expectRefused(() -> pool.withMaxFreeSockets(-1));
        expectRefused(() -> pool.withMaxWaiting(-1));
        expectRefused(() -> pool.withIdle(negative));
        expectRefused(() -> HttpClientTimeouts.DEFAULTS.withConnect(negative));
        expectRefused(() -> HttpClientTimeouts.DEFAULTS.withResponse(negative));
        expectRefused(() -> HttpClientTimeouts.DEFAULTS.withBody(negative));
    }

    private static void expectRefused(Runnable change) {
        assertThatThrownBy(change::run).isInstanceOf(IllegalArgumentException.class);
    }
}
