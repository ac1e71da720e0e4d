package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.cli.get.GetPlan;
import dev.millrace.cli.get.Place;
import dev.millrace.kernel.UnixAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the words behind get mean. */
class GetSettingsTest {

    private static GetPlan plan(String... words) {
        Arguments arguments = Arguments.parse(new GetCommand(), List.of(words));
        return GetSettings.read(arguments, RequestUrl.parse(arguments.operand().orElseThrow()));
    }

    @Test
    void withoutOptionsItIsAGetToStandardOutput() {
        GetPlan plan = plan("localhost:80/a#b");
        assertThat(plan.url()).isEqualTo("http://localhost:80/a");
        assertThat(plan.method()).isEqualTo("GET");
        assertThat(plan.place()).isEqualTo(new Place.Standard(false));
        assertThat(plan.showsHead()).isFalse();
        assertThat(plan.continues()).isFalse();
        assertThat(plan.showsProgress()).isTrue();
        assertThat(plan.timeMax()).isZero();
        assertThat(plan.client().timeouts().connect()).isEqualTo(Duration.ofSeconds(10));
        assertThat(plan.client().timeouts().response()).isEqualTo(Duration.ofSeconds(60));
        assertThat(plan.client().timeouts().body()).isEqualTo(Duration.ofSeconds(60));
        assertThat(plan.client().limits().maxBodyBytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(plan.client().redirects()).isZero();
        assertThat(plan("-L", "x").client().redirects()).isEqualTo(20);
        assertThat(plan.fields()).containsOnlyKeys("User-Agent", "Accept");
    }

    @Test
    void lettersMeanWhatTheirNamesMean(@TempDir Path folder) {
        String file = folder.resolve("a").toString();
        GetPlan plan = plan("-ics", "-o" + file, "-m", "5s", "-HA: b", "-H", "A:c", "x");
        assertThat(plan.showsHead()).isTrue();
        assertThat(plan.continues()).isTrue();
        assertThat(plan.showsProgress()).isFalse();
        assertThat(plan.place()).isEqualTo(new Place.Kept(Path.of(file), true));
        assertThat(plan.timeMax()).isEqualTo(Duration.ofSeconds(5));
        assertThat(plan.fields()).containsEntry("A", List.of("b", "c"));
        assertThat(plan("-o", "-", "x").place()).isEqualTo(new Place.Standard(true));
        assertThat(plan("-O", "x/b%20c").place()).isEqualTo(new Place.Kept(Path.of("b c"), false));
        assertThat(plan("-I", "x").method()).isEqualTo("HEAD");
        assertThat(plan("-I", "x").showsHead()).isTrue();
        assertThat(plan("-I", "-X", "HEAD", "x").method()).isEqualTo("HEAD");
    }

    @Test
    void aBodyMakesItAPostAndAFieldTakesThePlaceOfAStandardOne() {
        GetPlan plan = plan("-d", "a=b", "-H", "user-agent: me", "-H", "ACCEPT:", "x");
        assertThat(plan.method()).isEqualTo("POST");
        assertThat(plan.fields())
                .containsEntry("user-agent", List.of("me"))
                .containsEntry("Content-Type", List.of("application/x-www-form-urlencoded"))
                .hasSize(2);
        assertThat(plan("-d", "a=b", "-XPUT", "x").method()).isEqualTo("PUT");
    }

    @Test
    void timeoutsAndASocketGetToTheirPlaces() {
        GetPlan plan = plan("--timeout=2", "--connect-timeout=3", "--unix=/tmp/s", "x");
        assertThat(plan.client().timeouts().connect()).isEqualTo(Duration.ofSeconds(3));
        assertThat(plan.client().timeouts().response()).isEqualTo(Duration.ofSeconds(2));
        assertThat(plan.client().timeouts().body()).isEqualTo(Duration.ofSeconds(2));
        assertThat(plan.client().address()).contains(UnixAddress.of("/tmp/s"));
    }

    @Test
    void aLinkStaysAndADeviceIsNoFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.toRealPath().resolve("file"), "");
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(plan("-o", "" + link, "x").place()).isEqualTo(new Place.Kept(file, true));
        assertThat(plan("-o", "/dev/null", "x").place())
                .isEqualTo(new Place.Device(Path.of("/dev/null")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "gopher://a/       | URL gopher://a/: the scheme gopher is unknown; use http or https",
                "ftp://a/          | URL ftp://a/: the scheme ftp is unknown; use http",
                "http://u:p@a/     | URL http://u:p@a/: a URL has no name and password; use -H",
                "http:///x         | URL http:///x: ",
                "a_b               | URL a_b: the host is missing, or is none",
                "a:0               | URL a:0: no port; use 1 to 65535",
                "a:65536           | URL a:65536: no port; use 1 to 65535",
                "a/%               | URL a/%: Malformed escape pair; percent-encode",
                "-O a/             | URL http://a/ ends with no name; use -o FILE",
                "-O -o b a/c       | --output and --remote-name are two names; use one",
                "-I -o b a         | --head has no body to write to a file",
                "-I -O a/b         | --head has no body to write to a file",
                "-I -d x a         | --head has no body, and a method of its own",
                "-X HEAD -d x a    | --data: HEAD has no body",
                "-I -X GET a       | --head has no body, and a method of its own",
                "-c a              | --continue needs a file; name it with -o, or use -O",
                "-c -o - a         | --continue needs a file",
                "-c -o /dev/null a | --continue needs a file",
                "-c -O -d x a/b    | --continue is for GET",
                "-o / a            | --output / is a folder; name a file in it",
                "-o /no/such a     | --output /no/such: there is no folder /no",
                "-X CONNECT a      | --method CONNECT: no method",
                "-X G(T a          | --method G(T: no method",
                "-H x a            | --header x: no field; write 'NAME: VALUE'",
                "-H Content-Length:5 a | --header Content-Length:5: the body decides it",
                "-H transfer-encoding:x a | --header transfer-encoding:x: the body decides it",
                "-d @/no/such a    | --data @/no/such: there is no such file",
                "-d @/ a           | --data @/: there is no such file",
                "--unix= a         | --unix: ",
                "-iz a             | unknown option -z; see: millrace help get",
                "--include=yes a   | --include takes no value; see: millrace help get",
                "-ii a             | --include is given twice",
                "a -o              | --output needs a value",
            })
    void whatDoesNotFitIsRefused(String words, String message) {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> plan(words.strip().split(" ")))
                .withMessageStartingWith(message.stripTrailing());
    }

    @Test
    void aFieldHoldsNoLineBreak() {
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> plan("-H", "A: b\r\nC: d", "x"))
                .withMessageContaining("no field");
        assertThatExceptionOfType(UsageError.class)
                .isThrownBy(() -> plan("-H", "A: \u20ac", "x"))
                .withMessageContaining("no field");
        assertThat(Arrays.asList(plan("-H", "A: \u00e4", "x").fields().get("A")))
                .containsExactly(List.of("\u00e4"));
    }
}
