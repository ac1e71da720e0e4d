package dev.millrace.http;

/**
 * Changes the bytes of one response. It may hold them back as long as it likes, and counts none:
 * what it has got and not told {@link BodyOutlet#taken} counts for the answer to {@code write} and
 * for {@code onDrain}. Loop thread only.
 *
 * {@snippet class="dev.millrace.http.BodyCodingTest" region="coding"}
 */
public interface BodyCoder {
    /**
     * The handler wrote bytes.
     *
     * @param isLent whether the array is the handler's again after this call; otherwise it may be
     *     kept, and is not changed any more
     */
    void write(byte[] array, int offset, int length, boolean isLent);

    /** The handler has ended the body: {@link BodyOutlet#end} has to follow, now or later. */
    void end();

    /** The outlet may be ready again. */
    void resume();

    /** The exchange is over, however it ended; called once, and nothing after it. */
    void close();
}
