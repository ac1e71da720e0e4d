package dev.millrace.cli.get;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names that a URL gives, and what is done to those that would do harm. */
class RemoteNameTest {

    @ParameterizedTest
    @CsvSource({
        "http://a/b/c.txt, c.txt",
        "http://a/c?d=/e, c",
        "http://a/a+b%20c, a+b c",
        "http://a/%C3%A4, ä",
        "http://a/%2e%2e%2fetc%2fpasswd, __etc_passwd",
        "http://a/b%5Cc, b_c",
        "http://a/.bashrc, _bashrc",
        "http://a/-rf, _rf",
        "http://a/a%00b%0Ac, a_b_c",
        "http://a/%FFx, _x",
    })
    void itIsTheLastPartOfThePathMadeHarmless(String url, String name) {
        assertThat(RemoteName.of(URI.create(url))).contains(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a", "http://a/", "http://a/b/", "http://a/..", "http://a/%20"})
    void thereMayBeNone(String url) {
        assertThat(RemoteName.of(URI.create(url))).isEmpty();
    }

    @Test
    void aLongOneIsCutBetweenCharacters() {
        String name = RemoteName.of(URI.create("http://a/a" + "%C3%A4".repeat(200))).orElseThrow();
        assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSize(239);
        assertThat(name).matches("aä+");
    }
}
