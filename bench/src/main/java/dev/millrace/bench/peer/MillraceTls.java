package dev.millrace.bench.peer;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.HttpServer;
import dev.millrace.http.HttpServerOptions;
import dev.millrace.http.HttpTimeouts;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import dev.millrace.net.NetServer;
import dev.millrace.net.NetServerOptions;
import dev.millrace.tls.TlsIdentity;
import dev.millrace.tls.TlsOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * This project's TLS for {@code bench/tls}, on one loop: https with a greeting and {@code /bulk},
 * an echo, and the greeting without TLS: {@code CERTIFICATE KEY HTTPS ECHO PLAIN BULK_BYTES}.
 */
public final class MillraceTls {
    private static final byte[] GREETING = "Hello, World!".getBytes(StandardCharsets.US_ASCII);
    private static final String HOST = "127.0.0.1";
    private static final int PIECE_BYTES = 64 << 10;
    private static final byte[] PIECE = new byte[PIECE_BYTES];

    private MillraceTls() {}

    /** See above. */
    public static void main(String[] arguments) {
        TlsOptions tls =
                TlsOptions.of(TlsIdentity.ofPem(Path.of(arguments[0]), Path.of(arguments[1])));
        long bytes = Long.parseLong(arguments[5]);
        Loop.run(loop -> {
            HttpHandler handler = (request, response) -> answer(request, response, bytes);
            HttpServerOptions plain =
                    HttpServerOptions.DEFAULTS.withTimeouts(
                            HttpTimeouts.DEFAULTS.withKeepAlive(Duration.ofMinutes(10)));
            HttpServer.create(loop, plain.withTls(tls), handler)
                    .listen(Integer.parseInt(arguments[2]), HOST);
            NetServer.create(
                            loop,
                            NetServerOptions.DEFAULTS.withTls(tls),
                            socket -> socket.onError(error -> {}).pipeTo(socket))
                    .listen(Integer.parseInt(arguments[3]), HOST);
            HttpServer.create(loop, plain, handler).listen(Integer.parseInt(arguments[4]), HOST);
        });
    }

    private static void answer(ServerRequest request, ServerResponse response, long bytes) {
        if (request.target().equals("/bulk")) {
            bulk(response, bytes);
        } else {
            response.header("Content-Type", "text/plain").end(GREETING);
        }
    }

    private static void bulk(ServerResponse response, long bytes) {
        response.header("Content-Length", Long.toString(bytes));
        long[] left = {bytes};
        Runnable send =
                () -> {
                    boolean goesOn = true;
                    while (goesOn && left[0] > 0) {
                        left[0] -= PIECE_BYTES;
                        goesOn = response.write(PIECE, 0, PIECE_BYTES);
                    }
                    if (left[0] == 0) {
                        response.end();
                    }
                };
        response.onDrain(send);
        send.run();
    }
}
