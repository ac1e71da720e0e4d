package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection that pipelines, and one beside it. */
@Timeout(30)
class HttpTurnsTest {
    private static final String OTHER = "/other";

    /** How many requests of a flood are served before the other one is. */
    private static int before(int flood, byte[] content) throws IOException {
        List<String> served = new ArrayList<>();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            served.add(request.rawPath());
                            response.end(content);
                        });
                RawHttp many = fixture.connect();
                RawHttp other = fixture.connect()) {
            assertThat(many.get().status()).isEqualTo(200);
            assertThat(other.get().status()).isEqualTo(200);
            // On the loop's thread, so that the next poll finds both.
            fixture.run(() -> {
                served.clear();
                many.send(RawHttp.get("/many").repeat(flood));
                other.send(RawHttp.get(OTHER));
            });
            assertThat(other.answer().status()).isEqualTo(200);
            for (int count = 0; count < flood; count++) {
                assertThat(many.answer().body()).isEqualTo(content);
            }
            assertThat(many.get().status()).as("it goes on").isEqualTo(200);
            return fixture.onLoop(() -> served.indexOf(OTHER));
        }
    }

    @Tag("X32")
    @Test
    void thousandsOfSmallRequestsLetAnotherPass() throws IOException {
        assertThat(before(1_000, new byte[1])).isBetween(0, 300);
    }

    @Tag("X32")
    @Test
    void largeResponsesThatArePipelinedLetAnotherPass() throws IOException {
        assertThat(before(20, new byte[64 << 10])).isBetween(0, 4);
    }
}
