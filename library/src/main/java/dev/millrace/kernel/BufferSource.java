package dev.millrace.kernel;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream's received bytes go, for those who know better than one shared array: libuv's
 * {@code alloc_cb}. Called on the loop's thread right before each read.
 *
 * {@snippet class="dev.millrace.kernel.KernelExamplesTest" region="buffers"}
 */
@FunctionalInterface
public interface BufferSource {
    /**
     * A heap buffer with room from its position to its limit; it belongs to the source, and so do
     * the bytes in it, for as long as the source likes. A read that finds nothing is not told: a
     * buffer that nothing was reported in by the next call is unused.
     *
     * @param suggestedBytes 64 KiB; any other size will do
     * @return null, or a buffer without room, when there is none now: the stream is told ENOBUFS,
     *     loses nothing, and reads on after the next {@code readStart}
     */
    @Nullable ByteBuffer next(int suggestedBytes);
}
