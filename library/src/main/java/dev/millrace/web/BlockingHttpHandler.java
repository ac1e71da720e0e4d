package dev.millrace.web;

/**
 * Answers requests in blocking code, for {@link VirtualThreads}.
 *
 * {@snippet class="dev.millrace.web.VirtualThreadsExamplesTest" region="blockingHandler"}
 */
@FunctionalInterface
public interface BlockingHttpHandler {
    /**
     * Called on a virtual thread of its own for each request, when its head is complete. The
     * response is complete when this returns. What it throws becomes a 500, or cuts the response
     * off where it has begun.
     *
     * @throws Exception whatever goes wrong
     */
    void handle(BlockingRequest request, BlockingResponse response) throws Exception;
}
