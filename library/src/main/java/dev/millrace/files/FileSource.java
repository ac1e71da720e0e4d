package dev.millrace.files;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.SystemError;
import dev.millrace.sys.Errno;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file that is read, as its thread sees it, which is another one at each step; between two steps
 * the loop looks at it.
 */
final class FileSource {
    /** A place that is not known. */
    static final long UNKNOWN = -1;

    private static final byte[] NONE = {};

    private final FileLane lane;
    private final FileRange range;
    private final @Nullable Path path;
    private @Nullable FileChannel channel;

    /** Where the next byte is read. */
    private long position;

    /** The first place that is not read; unknown of what tells no length, as /proc does. */
    private long end = UNKNOWN;

    private boolean isOver;

    /** What was read last; the loop lends it to its listener, and no step begins meanwhile. */
    private byte[] array = NONE;

    FileSource(FileLane lane, FileRange range, @Nullable Path path, @Nullable FileChannel channel) {
        this.lane = lane;
        this.range = range;
        this.path = path;
        this.channel = channel;
        this.position = range.start();
    }

    byte[] array() {
        return array;
    }

    /** Whether the last byte was read. */
    boolean isOver() {
        return isOver;
    }

    /** How many bytes it is going to be, or {@link #UNKNOWN}. */
    long length() {
        return end == UNKNOWN ? UNKNOWN : end - range.start();
    }

    /** The first step: opens the file and reads its first piece, which is most files whole. */
    int open() throws IOException {
        FileChannel file = channel;
        if (file == null) {
            file = FileOpening.toRead(path());
            channel = file;
            lane.opened(file);
        }
        try {
            limit(file.size());
        } catch (IOException e) {
            throw told(e, "fstat");
        }
        return read();
    }

    /** Finds out where to end, and whether the file is long enough for that. */
    private void limit(long size) throws IOException {
        // A file of /proc and a device say that they have none.
        if (size == 0 && !isEmpty()) {
            end = range.isToEnd() ? UNKNOWN : range.end(size);
            return;
        }
        end = range.end(size);
        if (Math.max(end, range.start()) > size) {
            throw tooShort(size);
        }
    }

    private boolean isEmpty() throws IOException {
        return file().read(ByteBuffer.allocate(1), 0) < 0;
    }

    /** A step: the next piece, 0 bytes when there is none. */
    int read() throws IOException {
        long left = end == UNKNOWN ? Long.MAX_VALUE : end - position;
        int count = 0;
        if (left > 0) {
            int most = (int) Math.min(left, Driver.RECEIVE_MAX_BYTES);
            if (array.length == 0) {
                array = new byte[most];
            }
            try {
                count = file().read(ByteBuffer.wrap(array, 0, most), position);
            } catch (IOException e) {
                throw told(e, "read");
            }
            if (count < 0 && end != UNKNOWN) {
                throw tooShort(position);
            }
        }
        isOver = count < 0 || position + count == end;
        position += Math.max(count, 0);
        if (isOver) {
            lane.closeFile();
        }
        return Math.max(count, 0);
    }

    /** The file has become shorter, or never had what was asked for. */
    private IOException tooShort(long size) {
        String text =
                "the file has %d bytes, to be read from %d to %d"
                        .formatted(size, range.start(), Math.max(end, range.start()));
        return FileOpening.failed(
                path == null
                        ? SystemError.of(Errno.ENODATA, "read")
                        : SystemError.of(Errno.ENODATA, "read", path),
                new EOFException(text));
    }

    private IOException told(IOException thrown, String syscall) {
        return path == null
                ? SystemError.of(thrown, syscall, Errno.EIO)
                : SystemError.of(thrown, syscall, Errno.EIO, path);
    }

    private FileChannel file() {
        if (channel == null) {
            throw new IllegalStateException("the file is not open");
        }
        return channel;
    }

    private Path path() {
        if (path == null) {
            throw new IllegalStateException("the file has no name");
        }
        return path;
    }
}
