package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.cli.load.LoadPlan;
import dev.millrace.kernel.IpAddress;
import dev.millrace.kernel.UnixAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the words behind bench mean. */
class BenchSettingsTest {

    private static LoadPlan plan(String... words) {
        Arguments arguments = Arguments.parse(new BenchCommand(), List.of(words));
        return BenchSettings.read(arguments, RequestUrl.parse(arguments.operand().orElseThrow()));
    }

    private static String request(String... words) {
        return new String(plan(words).request(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void withoutOptionsItCountsForTenSeconds() {
        LoadPlan plan = plan("127.0.0.1");
        assertThat(plan.target()).isEqualTo(IpAddress.of("127.0.0.1", 80));
        assertThat(plan.connections()).isEqualTo(64);
        assertThat(plan.threads()).isEqualTo(1);
        assertThat(plan.pipeline()).isEqualTo(1);
        assertThat(plan.warmUp()).isEqualTo(Duration.ofSeconds(2));
        assertThat(plan.duration()).isEqualTo(Duration.ofSeconds(10));
        assertThat(plan.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(plan.requests()).isEmpty();
        assertThat(plan.rate()).isEmpty();
        assertThat(plan.isBodiless()).isFalse();
    }

    @Test
    void eachOptionGetsToItsPlace() {
        LoadPlan plan =
                plan(
                        "-c8",
                        "-d",
                        "3s",
                        "-p4",
                        "-t2",
                        "-R",
                        "500",
                        "--warm-up=1",
                        "--timeout=7",
                        "[::1]:5/");
        assertThat(plan.target()).isEqualTo(IpAddress.of("::1", 5));
        assertThat(plan.connections()).isEqualTo(8);
        assertThat(plan.duration()).isEqualTo(Duration.ofSeconds(3));
        assertThat(plan.pipeline()).isEqualTo(4);
        assertThat(plan.threads()).isEqualTo(2);
        assertThat(plan.rate()).isEqualTo(OptionalDouble.of(500));
        assertThat(plan.warmUp()).isEqualTo(Duration.ofSeconds(1));
        assertThat(plan.timeout()).isEqualTo(Duration.ofSeconds(7));
        assertThat(plan("--unix=/s", "x").target()).isEqualTo(UnixAddress.of("/s"));
    }

    @Test
    void aNumberOfRequestsHasNoWarmUp() {
        LoadPlan plan = plan("-n", "1000", "127.0.0.1");
        assertThat(plan.requests()).isEqualTo(OptionalLong.of(1000));
        assertThat(plan.warmUp()).isZero();
        assertThat(plan.duration()).isGreaterThan(Duration.ofDays(1));
        assertThat(plan("-n", "1000", "-d1s", "127.0.0.1").duration())
                .isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theRequestIsMadeOnce(@TempDir Path folder) throws IOException {
        assertThat(request("127.0.0.1:8080/a?b=c#d", "-H", "User-Agent:", "-H", "A: b"))
                .isEqualTo(
                        "GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: */*\r\nA: b\r\n\r\n");
        assertThat(request("127.0.0.1", "-H", "host: x", "--method=HEAD"))
                .startsWith("HEAD / HTTP/1.1\r\nUser-Agent: millrace/")
                .endsWith("\r\nhost: x\r\n\r\n")
                .doesNotContain("127.0.0.1");
        assertThat(plan("127.0.0.1", "-XHEAD").isBodiless()).isTrue();
        Path file = Files.writeString(folder.resolve("body"), "a body");
        assertThat(request("127.0.0.1", "--data", "@" + file))
                .startsWith("POST / HTTP/1.1\r\n")
                .endsWith("\r\nContent-Length: 6\r\n\r\na body");
        assertThat(request("127.0.0.1", "--data=")).endsWith("\r\nContent-Length: 0\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "-c 0 a       | --connections 0: use 1 to 50000",
                "-c 50001 a   | --connections 50001: use 1 to 50000",
                "-p 0 a       | --pipeline 0: use 1 to 1024",
                "-t 2 -c 1 a  | --threads 2: more than connections; use 1 to 1",
                "-d 0 a       | --duration 0: it has to be longer",
                "--timeout 0 a | --timeout 0: it has to be longer",
                "-R 0 a       | --rate 0: use 1 to 10000000",
                "-n 0 a       | --requests 0: use 1 to",
                "-n 5 --warm-up 1s a | --requests sends exactly so many; leave --warm-up out",
                "-n x a       | --requests x: use 1 to",
                "-d 5y a      | --duration 5y: a duration is",
                "--cacert x http://a | URL http://a has no TLS to verify; use https",
                "-XHEAD --data x a | --data: HEAD has no body",
            })
    void whatDoesNotFitIsRefused(String words, String message) {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> plan(words.strip().split(" ")))
                .withMessageStartingWith(message.stripTrailing());
    }

    @Test
    void aHostThatThereIsNotIsAFailure() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> plan("no-such-host.invalid"))
                .withMessageContaining("there is no host no-such-host.invalid; check the name");
    }

    @Test
    void progressIsALineASecond() {
        assertThat(BenchProgress.line(Duration.ZERO, 5, 0)).isEqualTo("warming up");
        assertThat(BenchProgress.line(Duration.ofMillis(3100), 123_456, 0))
                .isEqualTo("3 s · 123,456 responses/s");
        assertThat(BenchProgress.line(Duration.ofSeconds(4), 1, 1000))
                .isEqualTo("4 s · 1 responses/s · 1,000 failed");
    }
}
