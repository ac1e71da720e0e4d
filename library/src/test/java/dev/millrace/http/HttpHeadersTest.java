package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Field lines as a handler looks them up. */
class HttpHeadersTest {
    private static final int FIELDS = 1000;

    private static HttpHeaders headers(String lines) {
        return new HttpHeaders((lines + "\r\n").getBytes(StandardCharsets.ISO_8859_1), 0);
    }

    @Tag("J12")
    @Test
    void linesAreFoundWithoutRegardToCaseAndShownAsTheyCame() {
        HttpHeaders headers = headers("Accept: a\r\nX-aB: \t 1 2 \t\r\nx-Ab:\r\nX-ABC: \u00fc\r\n");
        assertThat(headers.first("x-ab")).contains("1 2");
        assertThat(headers.all("X-AB")).containsExactly("1 2", "");
        assertThat(headers.first("X-A")).isEmpty();
        assertThat(headers.first("X-ABCD")).isEmpty();
        assertThat(headers.first("")).isEmpty();
        assertThat(headers.contains("ACCEPT")).isTrue();
        assertThat(headers.contains("Accept:")).isFalse();
        assertThat(headers.size()).isEqualTo(4);
        assertThat(headers.list())
                .isEqualTo(
                        List.of(
                                Map.entry("Accept", "a"),
                                Map.entry("X-aB", "1 2"),
                                Map.entry("x-Ab", ""),
                                Map.entry("X-ABC", "\u00fc")));
    }

    @Test
    void aHeadWithoutFieldsIsEmpty() {
        assertThat(headers("").size()).isZero();
        assertThat(headers("").first("host")).isEmpty();
        assertThat(headers("").toString()).isEmpty();
    }

    @Tag("R55")
    @Test
    void severalLinesAreJoinedByWhatTheirFieldAllows() {
        HttpHeaders headers =
                headers(
                        "Accept: a, b\r\nX-Own: 1\r\naccept: c\r\nCookie: a=1\r\nX-own:\r\n"
                                + "cookie: b=2; c=3\r\nSet-Cookie: x=1, y\r\nset-cookie: z=2\r\n");
        assertThat(headers.joined("ACCEPT")).contains("a, b, c");
        assertThat(headers.joined("x-own")).contains("1, ");
        assertThat(headers.joined("COOKIE")).contains("a=1; b=2; c=3");
        assertThat(headers.all("Set-Cookie")).containsExactly("x=1, y", "z=2");
        assertThat(headers.joined("SET-COOKIE")).contains("x=1, y");
        assertThat(headers.first("accept")).contains("a, b");
        assertThat(headers.joined("absent")).isEmpty();
        assertThat(headers.joined("accept:")).isEmpty();
    }

    @Tag("R55")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Age",
                "Authorization",
                "Content-Type",
                "ETag",
                "From",
                "If-Modified-Since",
                "Max-Forwards",
                "Proxy-Authorization",
                "Referer",
                "User-Agent",
            })
    void ofAFieldWithOneValueTheFirstLineCounts(String name) {
        HttpHeaders headers = headers(name + ": first\r\nB: x\r\n" + name + ": second\r\n");
        assertThat(headers.joined(name.toUpperCase(Locale.ROOT))).contains("first");
        assertThat(headers.all(name)).containsExactly("first", "second");
    }

    @Tag("R55")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: a\r\nhost: a\r\n",
                "Host: a\r\nContent-Length: 1\r\ncontent-length: 1\r\n"
            })
    void aSecondHostOrLengthIsRefused(String lines) throws IOException {
        try (var fixture = HttpFixture.serve((request, response) -> response.end("served"));
                RawHttp client = fixture.connect()) {
            assertThat(client.send("GET / HTTP/1.1\r\n" + lines + "\r\nx").answer().status())
                    .isEqualTo(400);
            assertThat(fixture.requestCount()).isZero();
        }
    }

    /** Ten times leave room for noise; a table that degrades would need hundreds. */
    @Tag("X31")
    @Test
    void collidingNamesCostNoMoreThanOthers() {
        // "Aa" and "BB" have the same String.hashCode, and so have all names made of them.
        IntFunction<String> colliding =
                number ->
                        IntStream.range(0, 10)
                                .mapToObj(bit -> (number >> bit & 1) == 0 ? "Aa" : "BB")
                                .collect(Collectors.joining());
        IntFunction<String> harmless = number -> "Harmless-" + (10_000_000_000L + number);
        assertThat(colliding.apply(1).hashCode()).isEqualTo(colliding.apply(999).hashCode());
        long base = leastNanos(harmless);
        assertThat(leastNanos(colliding)).isLessThan(10 * base);
    }

    /** The least time in which every name of a head is looked up once. */
    private static long leastNanos(IntFunction<String> name) {
        List<String> names = IntStream.range(0, FIELDS).mapToObj(name).toList();
        HttpHeaders headers = headers(String.join(":\r\n", names) + ":\r\n");
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) {
            long start = System.nanoTime();
            names.forEach(one -> assertThat(headers.contains(one)).isTrue());
            least = Math.min(least, System.nanoTime() - start);
        }
        return least;
    }
}
