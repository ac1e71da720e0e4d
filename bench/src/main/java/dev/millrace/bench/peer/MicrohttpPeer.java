package dev.millrace.bench.peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.microhttp.EventLoop;
import org.microhttp.Header;
import org.microhttp.NoopLogger;
import org.microhttp.Options;
import org.microhttp.OptionsBuilder;
import org.microhttp.Response;

/** microhttp as a peer, with one connection loop, which greets: {@code MicrohttpPeer PORT}. */
public final class MicrohttpPeer {
    private static final int BACKLOG = 4096;

    private MicrohttpPeer() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Response greeting =
                new Response(
                        200,
                        "OK",
                        List.of(new Header("Content-Type", "text/plain")),
                        "Hello, World!".getBytes(StandardCharsets.US_ASCII));
        Options options =
                OptionsBuilder.newBuilder()
                        .withHost("127.0.0.1")
                        .withPort(Integer.parseInt(arguments[0]))
                        .withAcceptLength(BACKLOG)
                        .withConcurrency(1)
                        .build();
        EventLoop loop =
                new EventLoop(
                        options,
                        NoopLogger.instance(),
                        (request, respond) -> respond.accept(greeting));
        loop.start();
        loop.join();
    }
}
