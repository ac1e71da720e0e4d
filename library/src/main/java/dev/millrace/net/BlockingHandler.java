package dev.millrace.net;

/**
 * Serves one connection on a thread that may block, for {@link BlockingSocket#onVirtualThreads}.
 *
 * {@snippet class="dev.millrace.net.BlockingExamplesTest" region="handler"}
 */
@FunctionalInterface
public interface BlockingHandler {
    /**
     * Serves the connection, which is closed when this returns, behind what was written. What it
     * throws resets the connection: what was sent is not all.
     */
    void serve(BlockingSocket socket) throws Exception;
}
