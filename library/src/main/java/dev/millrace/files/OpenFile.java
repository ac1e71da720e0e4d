package dev.millrace.files;

import dev.millrace.stream.Region;
import dev.millrace.stream.RegionWriter;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file that is open to be read, at any place. Reading may wait for a disk, so it is not for a
 * loop's thread; nor, on Linux, for a virtual one. One thread at a time.
 *
 * {@snippet class="dev.millrace.files.FilesExamplesTest" region="openFile"}
 */
public abstract sealed class OpenFile implements Closeable permits ChannelFile, DescriptorFile {
    private final long length;

    /** How many of those that share the file have not closed it. */
    private final AtomicInteger holders;

    private final AtomicBoolean isClosed = new AtomicBoolean();

    OpenFile(long length, AtomicInteger holders) {
        this.length = length;
        this.holders = holders;
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

    /**
     * The same open file once more, to be read and closed by itself: the file is closed when the
     * last of those that share it is. Any thread.
     *
     * {@snippet class="dev.millrace.files.FilesExamplesTest" region="share"}
     *
     * @throws IllegalStateException if this one is closed
     */
    public final OpenFile share() {
        int now = holders.get();
        while (now > 0 && !isClosed.get()) {
            if (holders.compareAndSet(now, now + 1)) {
                return again(holders);
            }
            now = holders.get();
        }
        throw new IllegalStateException("a file that is closed is not shared: " + this);
    }

    abstract OpenFile again(AtomicInteger all);

    /**
     * As {@link #read}, but of what the kernel has in memory, so that it does not wait for a disk:
     * for a loop's thread.
     *
     * @return as there; 0 if that can't be done now, or not be told
     */
    public abstract int readCached(byte[] array, int offset, int length, long position)
            throws IOException;

    /**
     * Whether it is still what it was when it was opened: as long, not changed since, and with a
     * name in the file system. Does not wait, so a loop's thread may ask; false where that can't be
     * told.
     */
    public abstract boolean isUnchanged();

    /** Whether to close it now gives nothing back, because others share it. */
    final boolean isShared() {
        return holders.get() > 1;
    }

    /** Closes it, and the file with the last that shares it. Idempotent. */
    @Override
    public final void close() throws IOException {
        if (!isClosed.getAndSet(true) && holders.decrementAndGet() == 0) {
            closeFile();
        }
    }

    abstract void closeFile() throws IOException;

    /** {@code OpenFile[220 B]}. */
    @Override
    public final String toString() {
        return "OpenFile[" + length + " B]";
    }
}
