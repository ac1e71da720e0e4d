package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

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
