package dev.millrace.http;

/**
 * Answers requests.
 *
 * {@snippet class="dev.millrace.http.HttpExamplesTest" region="handler"}
 */
@FunctionalInterface
public interface HttpHandler {
    /**
     * Called on the loop's thread for each request, when its head is complete; the body arrives
     * later, as a stream. The response may be given now or later; responses leave in the order of
     * the requests whatever order they are given in. What it throws becomes a 500.
     *
     * @throws Exception whatever goes wrong
     */
    void handle(ServerRequest request, ServerResponse response) throws Exception;
}
