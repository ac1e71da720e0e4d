package dev.millrace.http;

/** Answers requests. */
@FunctionalInterface
public interface HttpHandler {
    /**
     * Called on the loop's thread for each request, when its head is complete; the body arrives
     * later, as a stream. The answer may be given now or later; answers leave in the order of the
     * requests whatever order they are given in (row R37). What it throws becomes a 500 (row X76).
     *
     * @throws Exception whatever goes wrong
     */
    void handle(ServerRequest request, ServerResponse response) throws Exception;
}
