package dev.millrace.files;

import dev.millrace.stream.Region;
import dev.millrace.stream.RegionWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;

/**
 * A file that is open to be read, at any place. Reading may wait for a disk, so it is not for a
 * loop's thread; nor, on Linux, for a virtual one. One thread at a time.
 *
 * {@snippet class="dev.millrace.files.FilesExamplesTest" region="openFile"}
 */
public abstract sealed class OpenFile implements Closeable permits ChannelFile, DescriptorFile {
    private final long length;

    OpenFile(long length) {
        this.length = length;
    }

    /**
     * A file that the JDK has opened, and has to read; closing this closes it.
     *
     * @throws IOException if its length can't be told; it is closed then
     */
    public static OpenFile of(FileChannel channel) throws IOException {
        try {
            return new ChannelFile(channel);
        } catch (Throwable failure) {
            channel.close();
            throw failure;
        }
    }

    /** How many bytes it had when it was opened. */
    public final long length() {
        return length;
    }

    /**
     * Reads at most {@code length} bytes into {@code array}, from the byte {@code position} of the
     * file on.
     *
     * @return how many, perhaps fewer than there are; -1 at the end of the file
     * @throws IOException with a {@code code}, such as EIO
     */
    public abstract int read(byte[] array, int offset, int length, long position)
            throws IOException;

    /**
     * A part of it for a {@link RegionWriter}, which is not told when the file is closed: close it
     * after the writer has said that the region is over. Empty where only the JDK can read it.
     * {@link FileInput} does all that.
     */
    public abstract Optional<Region> region(long position, int length);

    /**
     * Whether to send these bytes does not wait for a disk, as far as the kernel tells. Any thread
     * but a virtual one, since it does not wait.
     */
    public abstract boolean isCached(long position, long length);

    /** Closes it. Idempotent. */
    @Override
    public abstract void close() throws IOException;

    /** {@code OpenFile[220 B]}. */
    @Override
    public final String toString() {
        return "OpenFile[" + length + " B]";
    }
}
