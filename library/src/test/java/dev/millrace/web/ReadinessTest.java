package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.driver.RecordingDriver;
import dev.millrace.http.HttpServer;
import dev.millrace.http.RawHttp;
import dev.millrace.loop.Loop;
import dev.millrace.net.ServerShutdown;
import dev.millrace.testing.Journal;
import dev.millrace.testing.LoopFixture;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private static final Duration DELAY = Duration.ofSeconds(10);

    /** Made on the loop's thread. */
    private RecordingDriver driver;

    private final LoopFixture fixture =
            LoopFixture.on(() -> driver = new RecordingDriver().withStoppedTime());

    private final Journal journal = new Journal();

    @AfterEach
    void close() {
        fixture.close();
    }

    /** A server with a readiness, and its port. */
    private record Served(HttpServer server, Readiness readiness, int port) {
        RawHttp.Answer ask(String path) throws IOException {
            try (RawHttp client = RawHttp.connect(port)) {
                return client.send(RawHttp.get(path)).answer();
            }
        }
    }

    private Served serve(Duration delay) {
        CompletableFuture<Served> served = new CompletableFuture<>();
        fixture.act(() -> {
            HttpServer server = HttpServer.create(fixture.loop());
            Readiness readiness = Readiness.of(server, delay);
            server.onRequest(
                    new Router()
                            .get("/ready", readiness.ready())
                            .get("/live", readiness.live())
                            .get("/", (request, response) -> response.end("served")));
            server.onListening(() -> served.complete(new Served(server, readiness, server.port())));
            server.onClose(journal.line("closed")).listen(0, "127.0.0.1");
        });
        return fixture.await(served);
    }

    private void pass(long millis) {
        fixture.act(() -> driver.passMillis(millis));
        fixture.act(() -> {});
        fixture.act(() -> {});
    }

    @Test
    @Tag("J24")
    void itIsReadyUntilItDrainsAndServesOnForTheDelay() throws IOException {
        Served served = serve(DELAY);
        assertThat(served.ask("/ready").status()).isEqualTo(200);
        assertThat(served.ask("/ready").header("Cache-Control")).isEqualTo("no-store");
        assertThat(served.ask("/ready").text()).isEqualTo("ready\n");
        CompletableFuture<ServerShutdown> over = new CompletableFuture<>();
        fixture.act(() -> served.readiness.drain(Duration.ofSeconds(1)).thenAccept(over::complete));
        RawHttp.Answer refused = served.ask("/ready");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Connection")).isEqualTo("close");
        assertThat(refused.header("Retry-After")).isEqualTo("10");
        assertThat(refused.text()).isEqualTo("not ready\n");
        assertThat(served.ask("/live").status()).as("it lives").isEqualTo(200);
        RawHttp.Answer other = served.ask("/");
        assertThat(other.text()).isEqualTo("served");
        assertThat(other.header("Connection")).as("it may be kept").isNotEqualTo("close");
        pass(9_999);
        assertThat(served.ask("/").text()).isEqualTo("served");
        pass(1);
        journal.await("closed");
        assertThat(fixture.await(over).cut()).isEmpty();
    }

    @Test
    @Tag("J24")
    void aSecondDrainEndsTheDelay() throws IOException {
        Served served = serve(DELAY);
        fixture.act(() -> served.readiness.drain(Duration.ZERO));
        assertThat(served.ask("/").text()).isEqualTo("served");
        fixture.act(() -> served.readiness.drain(Duration.ZERO));
        journal.await("closed");
    }

    @Test
    void withoutADelayItEndsAtOnce() {
        Served served = serve(Duration.ZERO);
        fixture.act(() -> {
            served.readiness.drain(Duration.ZERO);
            assertThat(served.server.net().isClosing()).isTrue();
        });
        journal.await("closed");
    }

    @Test
    void aServerThatClosesIsNotReady() {
        Served served = serve(DELAY);
        fixture.act(() -> {
            assertThat(served.readiness.isReady()).isTrue();
            served.server.close();
            assertThat(served.readiness.isReady()).isFalse();
        });
        journal.await("closed");
    }

    @Test
    @Tag("J24")
    void aConditionIsAskedAtEachRequest() throws IOException {
        Served served = serve(DELAY);
        AtomicBoolean hasDatabase = new AtomicBoolean();
        fixture.act(() -> served.readiness.when(hasDatabase::get).when(() -> true));
        assertThat(served.ask("/ready").status()).isEqualTo(503);
        assertThat(served.ask("/live").status()).isEqualTo(200);
        hasDatabase.set(true);
        assertThat(served.ask("/ready").status()).isEqualTo(200);
    }

    @Test
    void timesThatMakeNoSenseAreRefused() {
        fixture.act(() -> {
            HttpServer server = HttpServer.create(fixture.loop());
            Duration negative = Duration.ofNanos(-1);
            assertThatThrownBy(() -> Readiness.of(server, negative))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the delay is PT-0.000000001S: use zero or more");
            assertThatThrownBy(() -> Readiness.of(server).drain(negative))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the limit is PT-0.000000001S: use zero or more");
            assertThat(Readiness.of(server)).hasToString("Readiness[ready]");
        });
    }

    @Test
    void example() {
        fixture.act(() -> {
            Loop loop = fixture.loop();
            // @start region="readiness"
            HttpServer server = HttpServer.create(loop);
            Readiness readiness = Readiness.of(server, Duration.ofSeconds(5));
            server.onRequest(
                    new Router()
                            .get("/ready", readiness.ready())
                            .get("/live", readiness.live())
                            .get("/", (request, response) -> response.end("Hello World\n")));
            Runnable atSigterm = () -> readiness.drain(Duration.ofSeconds(30));
            // @end
            atSigterm.run();
            assertThat(readiness.isReady()).isFalse();
            readiness.drain(Duration.ZERO);
        });
    }
}
