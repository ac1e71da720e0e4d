package dev.millrace.conformance;

import dev.millrace.http.HttpServer;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import java.time.Duration;

/** A server whose handler reads uploads slowly and writes downloads as fast as it is allowed to. */
public final class SlowHandlers {
    /** What a download sends. */
    static final long DOWNLOAD_BYTES = 1L << 30;

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final Duration PAUSE = Duration.ofNanos(100_000);

    private SlowHandlers() {}

    /** Prints its port once it listens. */
    public static void main(String[] arguments) {
        Loop.run(loop -> {
            HttpServer server =
                    HttpServer.create(
                            loop,
                            (request, response) -> {
                                if (request.method().equals("POST")) {
                                    readSlowly(loop, request, response);
                                } else {
                                    download(response);
                                }
                            });
            server.onListening(() -> System.out.println(server.port()));
            server.listen(IpAddress.loopback(0));
        });
    }

    private static void readSlowly(Loop loop, ServerRequest request, ServerResponse response) {
        long[] total = {0};
        request.onData(chunk -> {
            total[0] += chunk.remaining();
            request.pause();
            loop.setTimeout(PAUSE, request::resume);
        });
        request.onEnd(() -> response.end(Long.toString(total[0])));
    }

    private static void download(ServerResponse response) {
        response.header("Content-Length", Long.toString(DOWNLOAD_BYTES));
        long[] left = {DOWNLOAD_BYTES};
        Runnable pump =
                () -> {
                    boolean goOn = true;
                    while (goOn && left[0] > 0) {
                        left[0] -= CHUNK_BYTES;
                        goOn = response.write(new byte[CHUNK_BYTES]);
                    }
                    if (left[0] == 0) {
                        response.end();
                    }
                };
        response.onDrain(pump);
        pump.run();
    }
}
