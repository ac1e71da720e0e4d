package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client leaves while the handler has paused the body, so that nobody reads the socket. */
@Timeout(30)
class HttpPausedBodyTest {
    private static final String BODY = "b".repeat(300_000);

    private final List<String> told = new ArrayList<>();
    private ServerRequest held;
    private ServerResponse due;

    private void hold(ServerRequest request, ServerResponse response) {
        held = request;
        due = response;
        int[] length = {0};
        request.onError(error -> told.add("request error"))
                .onClose(() -> told.add("request close"))
                .onEnd(() -> told.add("end of " + length[0]))
                .onData(data -> {
                    if (length[0] == 0) {
                        told.add("paused");
                        request.pause();
                    }
                    length[0] += data.remaining();
                });
        response.onFinish(() -> told.add("finish")).onClose(() -> told.add("close"));
    }

    @Tag("H16")
    @Tag("R60")
    @Tag("J17")
    @Test
    @Tag("epoll")
    void aResetAbortsTheRequestAndReleasesTheConnection() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post(BODY).substring(0, 1_000));
            fixture.until(() -> told.contains("paused"));
            client.reset();
            fixture.untilEmpty();
            fixture.run(() -> {
                assertThat(told)
                        .containsExactly("paused", "request error", "request close", "close");
                assertThat(due.write("too late")).isFalse();
            });
        }
    }

    @Tag("H16")
    @Tag("J2")
    @Test
    void aFinAloneWaitsForTheReaderAndForTheAnswer() throws IOException {
        try (var fixture = HttpFixture.serve(this::hold);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post(BODY)).endOutput();
            fixture.until(() -> told.contains("paused"));
            fixture.run(() -> held.resume());
            fixture.until(() -> told.contains("end of " + BODY.length()));
            fixture.run(() -> due.end("late"));
            assertThat(client.answer().text()).isEqualTo("late");
            assertThat(client.rest()).isEmpty();
            fixture.untilEmpty();
            fixture.run(() -> assertThat(told).doesNotContain("request error"));
        }
    }
}
