package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.net.ConnectionLimits;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may follow the word {@code proxy}. */
class ProxyCommandTest {
    private static final ProxyCommand PROXY = new ProxyCommand();

    private static ServerRun prepare(String... words) {
        return PROXY.prepare(Arguments.parse(PROXY, List.of(words)));
    }

    private static ProxySettings settings(String... words) {
        Endpoint target = Endpoint.parse("TARGET", "unix:/s", 1);
        return ProxySettings.read(
                Arguments.parse(PROXY, List.of(words)), target, java.util.Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--loops=1                        | proxy needs LISTEN and TARGET, ",
                "unix:/a                          | proxy needs LISTEN and TARGET, ",
                "unix:/a unix:/b unix:/c          | proxy takes no third operand: unix:/c",
                "unix:/a unix:/a                  | TARGET unix:/a is LISTEN as well",
                "tcp://a:1 tcp://a:1              | TARGET tcp://a:1 is LISTEN as well",
                "9000 unix:/a                     | LISTEN 9000: no address",
                "unix:/a 9000                     | TARGET 9000: no address",
                "unix:/a unix:/b --port=1         | unknown option --port",
                "unix:/a unix:/b --loops=0        | --loops 0: use 1 to 256",
                "unix:/a unix:/b --driver=kqueue  | --driver kqueue: there is no such driver",
                "unix:/a unix:/b --max-connections=0 | --max-connections 0: use 1 or more",
                "unix:/a unix:/b --idle-timeout=x | --idle-timeout x: a duration is",
            })
    void whatIsWrongIsSaid(String words, String message) {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> prepare(words.split(" ")))
                .withMessageStartingWith(message);
    }

    @Test
    void whatIsRightIsTaken() {
        assertThat(prepare("tcp://localhost:0", "tcp://localhost:1")).isNotNull();
        assertThat(prepare("unix:/a", "unix:/b", "--loops=2", "--driver=nio")).isNotNull();
    }

    @Test
    void theLimitsAreTheUsersOrTheDefaults() {
        ProxySettings standard = settings();
        assertThat(standard.maxConnections()).isEqualTo(ConnectionLimits.NO_LIMIT);
        assertThat(standard.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(standard.idleTimeout()).isZero();
        ProxySettings chosen =
                settings("--max-connections=7", "--connect-timeout=500ms", "--idle-timeout=2m");
        assertThat(chosen.maxConnections()).isEqualTo(7);
        assertThat(chosen.ofServer().limits().maxConnections()).isEqualTo(7);
        assertThat(chosen.ofTarget().connectTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(chosen.idleTimeout()).isEqualTo(Duration.ofMinutes(2));
    }
}
