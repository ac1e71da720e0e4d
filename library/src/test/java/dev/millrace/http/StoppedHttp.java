package dev.millrace.http;

import dev.millrace.driver.RecordingDriver;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/** A server whose clock stands still but for {@link #pass}, and one client. */
final class StoppedHttp implements AutoCloseable {
    private RecordingDriver clock;
    final HttpFixture fixture;
    final RawHttp client;

    StoppedHttp(HttpTimeouts timeouts, HttpHandler handler) throws IOException {
        this(timeouts, handler, 0);
    }

    /** With a client that receives {@code bytes} at a time. */
    StoppedHttp(HttpTimeouts timeouts, HttpHandler handler, int bytes) throws IOException {
        fixture =
                HttpFixture.on(
                        () -> clock = new RecordingDriver().withStoppedTime(),
                        HttpServerOptions.DEFAULTS.withTimeouts(timeouts),
                        handler);
        client = RawHttp.connect(fixture.port(), bytes);
        fixture.until(() -> fixture.server().connections().size() == 1);
    }

    /** Lets {@code time} pass, and what is due then happen. */
    void pass(Duration time) {
        fixture.run(() -> clock.passMillis(time.toMillis()));
        fixture.turns();
    }

    HttpServerStatistics statistics() {
        return fixture.onLoop(() -> fixture.server().statistics());
    }

    void set(Consumer<HttpServer> setting) {
        fixture.run(() -> setting.accept(fixture.server()));
    }

    /** What the server has written so far. */
    long written() {
        return fixture.onLoop(
                () -> fixture.server().connections().getFirst().socket().bytesWritten());
    }

    @Override
    public void close() throws IOException {
        client.close();
        fixture.close();
    }
}
