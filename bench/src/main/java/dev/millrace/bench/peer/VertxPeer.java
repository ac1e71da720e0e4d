package dev.millrace.bench.peer;

import io.netty.handler.codec.DateFormatter;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Date;

/**
 * Vert.x as a peer, on one event loop and its native transport: greets a GET, sends a POST's body
 * back: {@code VertxPeer PORT}. Its date is formatted once a second, as its users do it.
 */
public final class VertxPeer {
    private static final int BACKLOG = 4096;
    private static final int SECOND_MILLIS = 1000;

    private final Buffer greeting = Buffer.buffer("Hello, World!");
    private final CharSequence length = HttpHeaders.createOptimized("13");
    private final CharSequence text = HttpHeaders.createOptimized("text/plain");
    private final CharSequence bytes = HttpHeaders.createOptimized("application/octet-stream");
    private CharSequence date = "";

    private VertxPeer() {}

    public static void main(String[] arguments) {
        Vertx vertx =
                Vertx.vertx(
                        new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
        if (!vertx.isNativeTransportEnabled()) {
            throw new IllegalStateException("Vert.x found no native transport");
        }
        VertxPeer peer = new VertxPeer();
        peer.tick();
        vertx.setPeriodic(SECOND_MILLIS, timer -> peer.tick());
        HttpServerOptions options =
                new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(Integer.parseInt(arguments[0]))
                        .setAcceptBacklog(BACKLOG);
        vertx.createHttpServer(options).requestHandler(peer::answer).listen().await();
    }

    private void tick() {
        date = HttpHeaders.createOptimized(DateFormatter.format(new Date()));
    }

    private void answer(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        response.headers().add(HttpHeaders.DATE, date);
        if (request.method() == HttpMethod.POST) {
            request.body()
                    .onSuccess(body -> {
                        response.headers().add(HttpHeaders.CONTENT_TYPE, bytes);
                        response.end(body);
                    });
        } else {
            response.headers()
                    .add(HttpHeaders.CONTENT_TYPE, text)
                    .add(HttpHeaders.CONTENT_LENGTH, length);
            response.end(greeting);
        }
    }
}
