package dev.millrace.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.driver.RecordingDriver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the parser reads in place is overwritten after each call; no request depends on it. */
@Timeout(30)
class HttpLentBytesTest {
    private static final String REQUEST =
            "POST /some/path?q=1 HTTP/1.1\r\nHost: example.org\r\nX-Field: value\r\n"
                    + "Content-Length: 10\r\n\r\n0123456789";

    private static HttpFixture serve(HttpHandler handler) {
        return HttpFixture.on(
                () -> new RecordingDriver().withPoison(), HttpServerOptions.DEFAULTS, handler);
    }

    @Test
    void requestsAndBodiesOutliveTheReceiveArrayHoweverTheyWereCut() throws IOException {
        List<ServerRequest> requests = new ArrayList<>();
        HttpHandler echo =
                (request, response) -> {
                    requests.add(request);
                    request.pipeTo(response);
                };
        try (var fixture = serve(echo)) {
            for (int at = 1; at < REQUEST.length(); at += 7) {
                try (RawHttp client = fixture.connect()) {
                    int asked = fixture.onLoop(requests::size);
                    client.send(REQUEST.substring(0, at));
                    fixture.untilRead(at);
                    client.send(REQUEST.substring(at) + REQUEST);
                    assertThat(client.answer().text()).isEqualTo("0123456789");
                    assertThat(client.answer().text()).isEqualTo("0123456789");
                    fixture.run(() -> assertThat(requests).hasSize(asked + 2));
                }
                fixture.untilEmpty();
            }
            fixture.run(() -> {
                for (ServerRequest request : requests) {
                    assertThat(request.method()).isEqualTo("POST");
                    assertThat(request.target()).isEqualTo("/some/path?q=1");
                    assertThat(request.authority()).isEqualTo("example.org");
                    assertThat(request.header("x-field")).contains("value");
                }
            });
        }
    }

    @Test
    void aBodyThatIsPausedAndResumedIsWhole() throws IOException {
        String body = "0123456789".repeat(30_000);
        StringBuilder received = new StringBuilder();
        HttpHandler slow =
                (request, response) ->
                        request.onData(
                                        data -> {
                                            request.pause();
                                            received.append(new String(data.array(), US_ASCII));
                                            request.socket().loop().setImmediate(request::resume);
                                        })
                                .onEnd(() -> response.end("done"));
        try (var fixture = serve(slow);
                RawHttp client = fixture.connect()) {
            client.send(RawHttp.post(body));
            assertThat(client.answer().text()).isEqualTo("done");
            fixture.run(() -> assertThat(received.toString()).isEqualTo(body));
        }
    }
}
