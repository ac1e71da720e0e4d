package dev.millrace.web;

import dev.millrace.http.HttpHandler;
import dev.millrace.http.ServerRequest;
import dev.millrace.http.ServerResponse;

/**
 * Answers requests whose path has parts that the pattern of a {@link Router} names.
 *
 * {@snippet class="dev.millrace.web.WebExamplesTest" region="routeHandler"}
 */
@FunctionalInterface
public interface RouteHandler {
    /**
     * As {@link HttpHandler#handle}, with what stands in place of the named segments.
     *
     * @throws Exception whatever goes wrong
     */
    void handle(ServerRequest request, ServerResponse response, PathParameters path)
            throws Exception;
}
