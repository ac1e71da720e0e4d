package dev.millrace.conformance.abuse;

import dev.millrace.http.HttpServer;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.kernel.IpAddress;
import dev.millrace.loop.Loop;
import java.util.Arrays;

/** A program with handlers: one makes blocks of 128 KiB, one streams as fast as it may. */
public final class Handlers {
    static final int BLOCK_BYTES = 128 << 10;

    /** Blocks of so many kinds. */
    static final int KINDS = 16;

    private static final byte[] SMALL = {'s', 'm', 'a', 'l', 'l'};

    private Handlers() {}

    /** Prints where it listens; {@code arguments}: how many bytes a stream has. */
    public static void main(String[] arguments) {
        int streamed = Integer.parseInt(arguments[0]);
        byte[] piece = Place.piece();
        Loop.run(loop -> {
            HttpServer server =
                    HttpServer.create(
                            loop,
                            (request, response) -> handle(request, response, streamed, piece));
            server.onListening(() -> System.out.println("http://127.0.0.1:" + server.port()));
            server.listen(IpAddress.loopback(0));
        });
    }

    /** What the block of that number holds. */
    static byte[] block(int kind) {
        byte[] block = new byte[BLOCK_BYTES];
        Arrays.fill(block, (byte) ('a' + kind));
        return block;
    }

    private static void handle(
            ServerRequest request, ServerResponse response, int streamed, byte[] piece) {
        String path = request.path();
        if (path.startsWith("/block")) {
            response.end(block(Integer.parseInt(path.substring("/block".length()))));
        } else if (path.equals("/read")) {
            stream(response, streamed, piece);
        } else {
            response.end(SMALL);
        }
    }

    private static void stream(ServerResponse response, int bytes, byte[] piece) {
        response.header("Content-Length", Integer.toString(bytes));
        int[] left = {bytes};
        Runnable pump =
                () -> {
                    boolean mayGoOn = true;
                    while (mayGoOn && left[0] > 0) {
                        left[0] -= piece.length;
                        mayGoOn = response.write(piece, 0, piece.length);
                    }
                    if (left[0] == 0) {
                        response.end();
                    }
                };
        response.onDrain(pump);
        pump.run();
    }
}
