package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.kernel.IpAddress;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server of the command's from its start line to its end. */
@Timeout(90)
class ServerRunTest {
    private static final IpAddress ANY = IpAddress.loopback(0);
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void theStartLineComesOnceWhenEveryAddressListens() throws IOException {
        ServerOptions where = RunningServer.on(ANY, ANY, ANY);
        ServerRun run =
                new ServerRun(Scheme.of("tcp"), where, EchoService::new, RunningServer.NEVER);
        try (RunningServer server = RunningServer.of(run).start()) {
            assertThat(server.addresses()).hasSize(3).doesNotHaveDuplicates();
            assertThat(server.printed()).hasLineCount(1).contains(" · 1 loop · ");
            server.addresses()
                    .forEach(address ->
                            assertThat(server.printed()).contains(" · tcp://" + address));
            server.stop().awaitEnd();
            assertThat(server.printed()).hasLineCount(1);
        }
    }

    @Test
    void aStopBeforeTheStartEndsItToo() {
        ServerRun run = new ServerRun("tcp", RunningServer.on(ANY), EchoService::new);
        try (RunningServer server = RunningServer.of(run)) {
            server.stop().start().awaitEnd();
            assertThat(server.printed()).isEmpty();
        }
    }

    private static RunningServer http(HttpHandler handler, Duration finishMax) {
        return RunningServer.start(
                loop -> new HttpService(loop, HttpServerOptions.DEFAULTS, handler), finishMax);
    }

    @Test
    void nothingInFlightEndsItAtOnce() throws IOException {
        try (RunningServer server =
                        http((request, response) -> response.end("x"), RunningServer.NEVER);
                Socket idle = server.connect()) {
            idle.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            assertThat(idle.getInputStream().read()).isEqualTo('H');
            server.stop().awaitEnd();
        }
    }

    @Test
    void whatDoesNotEndInItsTimeIsEnded() throws Exception {
        CountDownLatch isHandled = new CountDownLatch(1);
        try (RunningServer server =
                        http((request, response) -> isHandled.countDown(), Duration.ofMillis(50));
                Socket busy = server.connect()) {
            busy.getOutputStream().write(REQUEST.getBytes(StandardCharsets.US_ASCII));
            isHandled.await();
            server.stop().awaitEnd();
            assertThat(busy.getInputStream().read()).isNegative();
        }
    }
}
