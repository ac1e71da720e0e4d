package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.http.HttpServerOptions;
import dev.millrace.http.HttpTimeouts;
import dev.millrace.http.HttpTimeouts.MinimumRate;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options of a server mean for it. */
class ServerOptionsTest {

    private static ServerOptions where(String... words) {
        return ServerOptions.read(Arguments.parse(new HelloCommand(), List.of(words)), 7000);
    }

    private static HttpServerOptions how(String... words) {
        return HttpSettings.read(Arguments.parse(new HelloCommand(), List.of(words)));
    }

    @Test
    void itListensOnItsPortOfThisMachine() {
        assertThat(where().addresses()).containsExactly(IpAddress.of("127.0.0.1", 7000));
        assertThat(where("--port=65535").addresses())
                .containsExactly(IpAddress.of("127.0.0.1", 65535));
        assertThat(where("--host=::1", "--port=0").addresses())
                .containsExactly(IpAddress.of("::1", 0));
        assertThat(where("--host", "localhost").addresses())
                .singleElement()
                .asString()
                .endsWith(":7000");
    }

    @Test
    void aUnixSocketStandsAloneUnlessAPortOrAHostIsGiven() {
        UnixAddress path = UnixAddress.of("/tmp/s");
        assertThat(where("--unix=/tmp/s").addresses()).containsExactly(path);
        assertThat(where("--unix=/tmp/s", "--port=1").addresses())
                .containsExactly(IpAddress.of("127.0.0.1", 1), path);
        assertThat(where("--unix=/tmp/s", "--host=::1").addresses())
                .containsExactly(IpAddress.of("::1", 7000), path);
    }

    @Test
    void loopsAreCounted() {
        assertThat(where().loops()).isEqualTo(1);
        assertThat(where("--loops=256").loops()).isEqualTo(256);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--loops=0",
                "--loops=257",
                "--port=65536",
                "--host=",
                "--host= ",
                "--driver=kqueue",
                "--unix=",
            })
    void whatIsOutOfRangeIsRefused(String word) {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> where(word))
                .withMessageStartingWith(word.substring(0, word.indexOf('=')));
    }

    @Test
    void aHostWithoutAnAddressIsAFailure() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> where("--host=no-such-host.invalid"))
                .withMessageContaining("no such host");
    }

    @Test
    void withoutOptionsTheLibrarysDefaultsHold() {
        assertThat(how()).isEqualTo(HttpServerOptions.DEFAULTS);
    }

    @Test
    void eachTimeoutGetsToItsPlace() {
        HttpTimeouts timeouts =
                how(
                                "--header-timeout=1",
                                "--request-timeout=2m",
                                "--keep-alive-timeout=3ms",
                                "--write-timeout=0")
                        .timeouts();
        assertThat(timeouts)
                .isEqualTo(
                        new HttpTimeouts(
                                Duration.ofSeconds(1),
                                Duration.ofMinutes(2),
                                Duration.ofMillis(3),
                                Duration.ZERO));
    }

    @Test
    void handlersAndRatesHaveTheirLimits() {
        HttpTimeouts timeouts =
                how("--handler-timeout=7s", "--body-rate=240", "--send-rate=1k,10s").timeouts();
        assertThat(timeouts)
                .isEqualTo(
                        HttpTimeouts.DEFAULTS
                                .withHandler(Duration.ofSeconds(7))
                                .withBodyRate(new MinimumRate(240, Duration.ofSeconds(5)))
                                .withSendRate(new MinimumRate(1024, Duration.ofSeconds(10))));
        assertThat(how("--send-rate=0").timeouts().sendRate()).isEqualTo(MinimumRate.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1k,", "1k,0", "1k,x", ",5s", "1k,5s,1s", "-1"})
    void aRateIsASizeAndPerhapsATime(String rate) {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> how("--body-rate=" + rate))
                .withMessageStartingWith("--body-rate " + rate + ": a rate is bytes a second");
    }

    @Test
    void connectionsAndBodiesAreLimited() {
        assertThat(how("--max-connections=1").net().limits().maxConnections()).isEqualTo(1);
        assertThat(how("--max-body=1k").limits().maxBodyBytes()).isEqualTo(1024);
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> how("--max-connections=0"))
                .withMessage("--max-connections 0: use 1 or more");
    }
}
