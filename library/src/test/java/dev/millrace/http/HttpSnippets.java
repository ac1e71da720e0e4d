package dev.millrace.http;

import dev.millrace.loop.Loop;
import dev.millrace.stream.ReadStream;
import dev.millrace.stream.WriteStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** The examples of this package's Javadoc: the build compiles them. */
final class HttpSnippets {
    private HttpSnippets() {}

    static void hello() {
        // @start region="hello"
        Loop.run(loop ->
                HttpServer.create(loop, (request, response) -> response.end("Hello World\n"))
                        .listen(9297));
        // @end
    }

    static void route(Loop loop, Map<String, String> pages) {
        // @start region="handler"
        HttpHandler handler =
                (request, response) -> {
                    String page = pages.get(request.rawPath());
                    if (page == null) {
                        response.status(404).end("no such page\n");
                    } else {
                        response.header("Content-Type", "text/html; charset=utf-8").end(page);
                    }
                };
        HttpServer.create(loop, handler).listen(8080, "127.0.0.1");
        // @end
    }

    static void later(Loop loop, ServerRequest request, ServerResponse response) {
        // @start region="response"
        loop.offload(() -> Files.readString(Path.of("motd")))
                .whenComplete((text, failure) -> {
                    if (failure == null) {
                        response.end(text);
                    } else {
                        response.fail(500, failure);
                    }
                });
        // @end
    }

    static void upload(ServerRequest request, ServerResponse response, WriteStream file) {
        // @start region="request"
        request.onError(error -> file.destroy()); // the client left before the end
        request.onEnd(() -> response.status(201).end("stored\n"));
        request.pipeTo(file);
        // @end
    }

    static void streamed(ServerResponse response, ReadStream source) {
        // @start region="stream"
        response.header("Content-Type", "application/octet-stream");
        source.pipelineTo(response); // chunked, at the pace of the client
        // @end
    }

    static void headers(ServerRequest request) {
        // @start region="headers"
        String agent = request.headers().first("User-Agent").orElse("unknown");
        request.headers().forEach((name, value) -> System.out.println(name + ": " + value));
        // @end
        System.out.println(agent);
    }

    static void options(Loop loop, HttpHandler handler) {
        // @start region="options"
        HttpServerOptions options =
                HttpServerOptions.DEFAULTS
                        .withLimits(HttpLimits.DEFAULTS.withMaxBodyBytes(1024 * 1024))
                        .withTimeouts(HttpTimeouts.DEFAULTS.withKeepAlive(Duration.ofSeconds(60)))
                        .withMaxConnections(10_000);
        HttpServer.create(loop, options, handler).listen(8080);
        // @end
    }

    static void date(ServerResponse response) {
        // @start region="date"
        response.header("Expires", HttpDate.format(Instant.now().plusSeconds(3600)));
        // @end
    }
}
