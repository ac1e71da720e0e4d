package dev.millrace.sim;

import dev.millrace.http.HttpServer;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;
import dev.millrace.loop.Loop;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.SplittableRandom;

/**
 * An HTTP server that answers in every way there is: at once, later, in pieces, with what it was
 * sent. A target is {@code /conversation/number/bytes}.
 */
final class HttpHost {
    private final Loop loop;
    private final Oracle oracle;
    private final SplittableRandom random;
    private final HttpServer server;
    private int begun;
    private int over;
    private boolean isClosed;

    HttpHost(Scenario scenario) {
        this.loop = scenario.loop();
        this.oracle = scenario.oracle();
        this.random = scenario.random().split();
        this.server = HttpServer.create(loop, this::answer);
    }

    void listen() {
        server.onHandlerError(thrown -> oracle.complain("http", "a handler threw " + thrown));
        server.onClose(() -> isClosed = true);
        server.listen(Scenario.HTTP);
    }

    void close() {
        server.close();
    }

    /** The body that answers request {@code number} of a conversation. */
    static byte[] body(int conversation, int number, int length) {
        byte[] body = new byte[length];
        new Payload(conversation, 2 + number).fill(0, body, 0, length);
        return body;
    }

    private void answer(ServerRequest request, ServerResponse response) {
        String[] part = request.target().split("/");
        int conversation = Integer.parseInt(part[1]);
        int number = Integer.parseInt(part[2]);
        oracle.note("request", conversation, number);
        begun++;
        response.onClose(() -> {
            over++;
            oracle.note("answered", conversation, number);
        });
        response.header("X-Number", part[2]);
        if (request.method().equals("POST")) {
            reflect(request, response);
        } else {
            send(response, body(conversation, number, Integer.parseInt(part[3])));
        }
    }

    private void reflect(ServerRequest request, ServerResponse response) {
        if (random.nextBoolean()) {
            request.pipeTo(response);
            return;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        request.onData(data -> {
            all.write(data.array(), data.arrayOffset() + data.position(), data.remaining());
            if (random.nextInt(4) == 0) {
                request.pause();
                loop.setTimeout(Duration.ofNanos(random.nextInt(3_000_000)), request::resume);
            }
        });
        request.onEnd(() -> send(response, all.toByteArray()));
    }

    private void send(ServerResponse response, byte[] body) {
        switch (random.nextInt(4)) {
            case 0 -> response.end(body);
            case 1 ->
                    loop.setTimeout(
                            Duration.ofNanos(random.nextInt(5_000_000)), () -> response.end(body));
            case 2 -> pour(response, body, 0);
            default -> {
                response.header("Content-Length", Integer.toString(body.length));
                pour(response, body, 0);
            }
        }
    }

    private void pour(ServerResponse response, byte[] body, int from) {
        int at = from;
        while (at < body.length && !response.isClosed()) {
            int length = Math.min(body.length - at, 1 + random.nextInt(1 << random.nextInt(15)));
            boolean isBelowMark = response.write(body, at, length);
            at += length;
            if (!isBelowMark || random.nextInt(3) == 0) {
                int rest = at;
                loop.setTimeout(
                        Duration.ofNanos(random.nextInt(1_000_000)),
                        () -> pour(response, body, rest));
                return;
            }
        }
        response.end();
    }

    void verify() {
        oracle.require(begun == over, "http", begun + " requests, but " + over + " are over");
        oracle.require(isClosed, "http", "the server was not told to be closed");
        oracle.require(server.net().connectionCount() == 0, "http", "counts connections still");
    }
}
