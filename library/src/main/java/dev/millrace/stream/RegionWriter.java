package dev.millrace.stream;

import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The write side of a stream that can hand regions to the kernel. Loop thread only.
 *
 * {@snippet class="dev.millrace.files.FileStreamSnippets" region="region"}
 */
public interface RegionWriter {
    /**
     * Writes a region in its turn, behind the bytes that were written before.
     *
     * @param told gets null, soon, when the kernel has taken all of it, or why it did not: of an
     *     error of the region alone (ENODATA when it has become shorter, EIO) the stream goes on
     * @return false if that can't be done here, or not now: its bytes are to be read and written
     *     instead, and {@code told} hears nothing
     */
    boolean write(Region region, Consumer<? super @Nullable IOException> told);
}
