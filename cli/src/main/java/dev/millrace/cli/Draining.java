package dev.millrace.cli;

import dev.millrace.http.HttpHandler;
import dev.millrace.web.Readiness;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where a balancer asks whether it is to send requests, and how long it has to see that it is not.
 *
 * @param path of the request; empty knows no such path
 * @param delay from the signal to the end of listening
 */
record Draining(Optional<String> path, Duration delay) {
    private static final String READY = "--ready";
    private static final String DRAIN = "--drain";

    static final Draining NONE = new Draining(Optional.empty(), Duration.ZERO);

    static List<Option> options() {
        return List.of(
                new Option(READY, "PATH", "200 there, and 503 from the signal to end on"),
                new Option(DRAIN, "TIME", "serve on after the signal (default 0)"));
    }

    static Draining read(Arguments arguments) {
        Optional<String> path = arguments.text(READY);
        if (path.isPresent() && !path.get().startsWith("/")) {
            throw new UsageError(READY + " " + path.get() + ": a path begins with /; use /ready");
        }
        return new Draining(path, arguments.duration(DRAIN).orElse(Duration.ZERO));
    }

    /** {@code handler}, but for the path. */
    HttpHandler around(Readiness readiness, HttpHandler handler) {
        if (path.isEmpty()) {
            return handler;
        }
        String asked = path.get();
        HttpHandler ready = readiness.ready();
        return (request, response) -> {
            boolean isAsked = request.rawPath().equals(asked);
            (isAsked ? ready : handler).handle(request, response);
        };
    }
}
