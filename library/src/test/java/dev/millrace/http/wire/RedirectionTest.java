package dev.millrace.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectionTest {
    private static final URI ASKED = URI.create("http://host:81/a/b?old#there");

    private static @Nullable Redirection of(String location) {
        return Redirection.of(302, location, "GET", ASKED);
    }

    /** RFC 9110 section 15.4. */
    @ParameterizedTest
    @CsvSource({
        "301, GET, GET",
        "301, POST, GET",
        "301, PUT, PUT",
        "301, HEAD, HEAD",
        "302, GET, GET",
        "302, POST, GET",
        "302, DELETE, DELETE",
        "303, POST, GET",
        "303, PUT, GET",
        "303, HEAD, HEAD",
        "303, GET, GET",
        "307, POST, POST",
        "307, PUT, PUT",
        "308, POST, POST",
        "308, GET, GET"
    })
    void theMethodThatFollows(int status, String method, String next) {
        Redirection to = Redirection.of(status, "/x", method, ASKED);
        assertThat(to).isNotNull();
        assertThat(to.method()).isEqualTo(next);
        assertThat(to.keepsBody()).isEqualTo(method.equals(next));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 300, 304, 305, 306, 309, 400})
    void anotherStatusLeadsNowhere(int status) {
        assertThat(Redirection.of(status, "/x", "GET", ASKED)).isNull();
    }

    /** RFC 3986 section 5.4, and the fragment of RFC 9110 section 10.2.2. */
    @ParameterizedTest
    @CsvSource({
        "http://other/c, http://other/c#there",
        "HTTP://other, HTTP://other#there",
        "//other:82/c?q, http://other:82/c?q#there",
        "/c//d, http://host:81/c//d#there",
        "c, http://host:81/a/c#there",
        "./c/., http://host:81/a/c/#there",
        "../c, http://host:81/c#there",
        "../../../c/.., http://host:81/#there",
        "?new, http://host:81/a/b?new#there",
        "'', http://host:81/a/b?old#there",
        "#here, http://host:81/a/b?old#here",
        "/c#here, http://host:81/c#here",
        "/%2e/c, http://host:81/%2e/c#there"
    })
    void whereItLeads(String location, String uri) {
        Redirection to = of(location);
        assertThat(to).isNotNull();
        assertThat(to.uri()).hasToString(uri);
    }

    /** The bytes of UTF-8 as they came, one character each. */
    @Test
    void bytesBeyondAsciiArePercentEncoded() {
        Redirection to = of("/\u00c3\u00bc");
        assertThat(to).isNotNull();
        assertThat(to.uri().getRawPath()).isEqualTo("/%C3%BC");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http:c", "mailto:a@b", "http:///c", "/a b", "http://a_b/", "%"})
    void whatIsNoUriOfAHostIsNotFollowed(String location) {
        assertThat(of(location)).isNull();
    }

    @Test
    void noneIsNotFollowed() {
        assertThat(Redirection.of(302, null, "GET", ASKED)).isNull();
    }

    @Test
    void nothingLeadsOutOfTls() {
        URI safe = URI.create("https://host/");
        assertThat(Redirection.of(302, "http://host/", "GET", safe)).isNull();
        assertThat(Redirection.of(302, "https://host/", "GET", safe)).isNotNull();
        assertThat(Redirection.of(302, "/c", "GET", safe)).isNotNull();
        assertThat(Redirection.of(302, "https://host/", "GET", ASKED)).isNotNull();
    }

    @Test
    void aUriWithoutAPathIsOneOfTheRoot() {
        Redirection to = Redirection.of(302, "c", "GET", URI.create("http://host"));
        assertThat(to).isNotNull();
        assertThat(to.uri()).hasToString("http://host/c");
    }
}
