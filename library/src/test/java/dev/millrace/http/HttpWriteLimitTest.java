package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.stream.WriteLimit;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A handler that writes its answer without looking whether anybody takes it. */
@Timeout(30)
class HttpWriteLimitTest {
    private static final int MIB = 1 << 20;
    private static final WriteLimit FOUR_MIB = WriteLimit.DEFAULTS.withMaxQueuedBytes(4 * MIB);

    private static void writeForEver(ServerResponse response) {
        byte[] piece = new byte[MIB];
        for (int count = 0; count < 128; count++) {
            response.write(piece, 0, piece.length);
        }
    }

    @Tag("X80")
    @Test
    void anAnswerBeyondTheLimitEndsTheConnection() throws IOException {
        StringBuilder told = new StringBuilder();
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.socket().writeLimit(FOUR_MIB);
                            response.onFinish(() -> told.append("finish "))
                                    .onClose(() -> told.append("close "));
                            writeForEver(response);
                            assertThat(response.socket().queuedBytes()).isLessThan(6 * MIB);
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/"));
            fixture.until(() -> told.length() > 0);
            fixture.untilEmpty();
            fixture.run(() -> assertThat(told.toString()).isEqualTo("close "));
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    @Tag("X80")
    @Test
    void anAnswerThatWaitsForItsTurnMeetsTheSameLimit() throws IOException {
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            if (request.target().equals("/second")) {
                                response.socket().writeLimit(FOUR_MIB);
                                writeForEver(response);
                                assertThat(response.socket().isDestroyed()).isTrue();
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/first") + RawHttp.get("/second"));
            assertThat(client.isOver()).isTrue();
            fixture.untilEmpty();
            assertThat(fixture.handlerErrors()).isEmpty();
        }
    }

    /** In one array it is in memory anyway. */
    @Tag("X80")
    @Test
    void oneLargeAnswerIsNoRunawayWhereverItWaits() throws IOException {
        byte[] large = new byte[8 * MIB];
        ServerResponse[] due = new ServerResponse[1];
        try (var fixture =
                        HttpFixture.serve((request, response) -> {
                            response.socket().writeLimit(FOUR_MIB);
                            if (request.target().equals("/first")) {
                                due[0] = response;
                            } else {
                                response.write(large, 0, large.length);
                                response.end();
                                due[0].end("small");
                            }
                        });
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.get("/first") + RawHttp.get("/second"));
            assertThat(client.answer().text()).isEqualTo("small");
            assertThat(client.answer().text()).hasSize(large.length);
        }
    }
}
