package dev.millrace.http;

/**
 * Where a {@link BodyCoder} writes to. Loop thread only.
 *
 * {@snippet class="dev.millrace.http.BodyCodingTest" region="coding"}
 */
public interface BodyOutlet {
    /**
     * Whether the response is the next one to leave, and little waits to be sent: work that can
     * wait is done only then. {@link BodyCoder#resume} follows when it is not.
     */
    boolean isReady();

    /** Sends bytes, which may be reused at once. */
    void send(byte[] array, int offset, int length);

    /** So many bytes of the handler's are not held back any more. */
    void taken(int count);

    /** The body is complete. */
    void end();

    /** Runs a part of the work later, behind what else the loop has to do. */
    void later(Runnable task);
}
