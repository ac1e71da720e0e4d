package dev.millrace.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.net.ServerShutdown;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How an HTTP server ends when there is a limit. */
class HttpShutdownTest {
    private final CompletableFuture<ServerShutdown> report = new CompletableFuture<>();
    private final List<ServerResponse> due = new ArrayList<>();

    private HttpFixture serve() {
        return HttpFixture.serve((request, response) -> {
            if (request.rawPath().equals("/later")) {
                due.add(response);
            } else {
                response.end("at once");
            }
        });
    }

    private void shutdown(HttpFixture fixture, Duration limit) {
        fixture.run(() -> fixture.server().shutdown(limit).thenAccept(report::complete));
    }

    @Test
    @Tag("R29")
    void theIdleAreClosedAtOnceAndTheBusyWithTheirResponse() throws Exception {
        try (var fixture = serve();
                RawHttp idle = fixture.connect();
                RawHttp busy = fixture.connect()) {
            assertThat(idle.get().text()).isEqualTo("at once");
            busy.send(RawHttp.get("/later"));
            fixture.until(() -> due.size() == 1);
            shutdown(fixture, Duration.ofHours(1));
            assertThat(idle.isOver()).isTrue();
            fixture.run(() -> due.getFirst().end("later"));
            RawHttp.Answer answer = busy.answer();
            assertThat(answer.text()).isEqualTo("later");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(busy.rest()).isEmpty();
            busy.close();
            idle.close();
            ServerShutdown end = report.join();
            assertThat(end.finished()).isEqualTo(2);
            assertThat(end.cut()).isEmpty();
            fixture.awaitEnd();
        }
    }

    @Test
    void whatIsNotDoneAtTheLimitIsCutOffAndReported() throws IOException {
        try (var fixture = serve();
                RawHttp busy = fixture.connect()) {
            busy.send(RawHttp.get("/later"));
            fixture.until(() -> due.size() == 1);
            shutdown(fixture, Duration.ZERO);
            assertThatThrownBy(busy::rest).hasMessageContaining("reset");
            ServerShutdown end = report.join();
            assertThat(end.finished()).isZero();
            assertThat(end.cut()).hasSize(1);
            fixture.awaitEnd();
        }
    }

    /** One door more: closing the server below is the same. */
    @Test
    void closingTheServerBelowClosesTheIdleAsWell() throws IOException {
        try (var fixture = serve();
                RawHttp idle = fixture.connect();
                RawHttp busy = fixture.connect()) {
            assertThat(idle.get().text()).isEqualTo("at once");
            busy.send(RawHttp.get("/later"));
            fixture.until(() -> due.size() == 1);
            fixture.run(() -> {
                fixture.server().net().close();
                due.getFirst().end("later");
            });
            assertThat(idle.isOver()).isTrue();
            assertThat(busy.answer().header("Connection")).isEqualTo("close");
            idle.close();
            busy.close();
            fixture.awaitEnd();
        }
    }
}
