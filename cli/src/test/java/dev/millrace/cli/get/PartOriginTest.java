package dev.millrace.cli.get;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.ScriptedPeer;
import dev.millrace.cli.ScriptedPeer.Reply;
import dev.millrace.http.HttpClient;
import dev.millrace.loop.Loop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a later If-Range may rest on (RFC 9110 section 13.1.5). */
class PartOriginTest {
    private static final String MODIFIED = "Last-Modified: Sat, 28 Nov 2026 10:00:00 GMT";

    private static String validator(String... fields) throws IOException {
        AtomicReference<String> found = new AtomicReference<>();
        try (ScriptedPeer peer =
                new ScriptedPeer((head, number) -> Reply.of(ScriptedPeer.ok("", fields)))) {
            Loop.run(loop -> {
                HttpClient client = HttpClient.create(loop);
                client.get(peer.url("/"))
                        .thenAccept(response -> {
                            found.set(PartOrigin.of("u", response.headers()).validator());
                            response.resume();
                            client.close();
                        });
            });
        }
        return found.get();
    }

    @Test
    void aStrongTagIsTheOneThatCounts() throws IOException {
        assertThat(validator("ETag: \"a\"", MODIFIED)).isEqualTo("\"a\"");
        assertThat(validator("ETag: W/\"a\"", MODIFIED, "Date: Sun, 29 Nov 2026 10:00:00 GMT"))
                .as("a date stands in for no weak tag")
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"10:00:01,true", "10:00:00,false", "09:00:00,false"})
    void aDateCountsWhenItWasASecondAgo(String time, boolean isStrong) throws IOException {
        String date = "Date: Sat, 28 Nov 2026 " + time + " GMT";
        assertThat(validator(MODIFIED, date))
                .isEqualTo(isStrong ? "Sat, 28 Nov 2026 10:00:00 GMT" : "");
        assertThat(validator(MODIFIED)).as("without a Date").isEmpty();
    }

    @Test
    void itIsReadAsItWasWritten() {
        PartOrigin origin = new PartOrigin("http://a/b", "\"x\"");
        assertThat(PartOrigin.of(origin.lines())).contains(origin);
        assertThat(PartOrigin.of(new PartOrigin("u", "").lines()))
                .hasValueSatisfying(one -> assertThat(one.isKnown()).isFalse());
        assertThat(PartOrigin.of(List.of())).isEmpty();
        assertThat(PartOrigin.of(List.of("a", "b", "c"))).isEmpty();
    }
}
