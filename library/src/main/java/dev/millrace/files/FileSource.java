package dev.millrace.files;

import dev.millrace.driver.Driver;
import dev.millrace.kernel.SystemError;
import dev.millrace.stream.Region;
import dev.millrace.sys.Errno;
import java.io.EOFException;
import java.io.IOException;
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

    /** How the file is had, in the first step. */
    interface Opening {
        OpenFile open() throws IOException;
    }

    /** The most that is sent by the kernel before the loop looks at others. */
    private static final int REGION_MAX_BYTES = 1024 * 1024;

    private final FileLane lane;
    private final FileRange range;
    private final @Nullable Path path;
    private @Nullable OpenFile file;

    /** Where the next byte is read. */
    private long position;

    /** The first place that is not read; unknown of what tells no length, as /proc does. */
    private long end = UNKNOWN;

    private boolean isOver;

    /** What was read last; the loop lends it to its listener, and no step begins meanwhile. */
    private byte[] array = NONE;

    /** {@code path}: for the texts of errors. */
    FileSource(FileLane lane, FileRange range, @Nullable Path path) {
        this.lane = lane;
        this.range = range;
        this.path = path;
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
    int open(Opening opening) throws IOException {
        OpenFile opened;
        try {
            opened = opening.open();
        } catch (IOException e) {
            throw told(e, "open");
        }
        lane.opened(opened);
        begin(opened);
        return read();
    }

    /** The file is open; of one that has a length it is known already where to end. */
    void begin(OpenFile opened) throws IOException {
        file = opened;
        limit(opened.length());
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
        return file().read(new byte[1], 0, 1, 0) < 0;
    }

    /** A step: the next piece, 0 bytes when there is none. */
    int read() throws IOException {
        long left = end == UNKNOWN ? Long.MAX_VALUE : end - position;
        int count = 0;
        if (left > 0) {
            count = fill((int) Math.min(left, Driver.RECEIVE_MAX_BYTES), position);
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

    private int fill(int most, long from) throws IOException {
        if (array.length < most) {
            array = new byte[most];
        }
        try {
            return file().read(array, 0, most, from);
        } catch (IOException e) {
            throw told(e, "read");
        }
    }

    /** On the loop: the next part, for the kernel to send; null if it has to be read. */
    @Nullable Region region() {
        if (end == UNKNOWN || isOver) {
            return null;
        }
        int length = (int) Math.min(end - position, REGION_MAX_BYTES);
        return file().region(position, length).orElse(null);
    }

    /** On the loop: whether the kernel can send {@code region} without waiting for a disk. */
    boolean isCached(Region region) {
        return file().isCached(position, region.length());
    }

    /** A step: has the kernel read {@code region}, which is next, into its memory. */
    int fetch(Region region) throws IOException {
        int count = 0;
        for (int at = 0; at < region.length() && count >= 0 && !lane.isClosing(); at += count) {
            int most = Math.min(region.length() - at, Driver.RECEIVE_MAX_BYTES);
            count = fill(most, position + at);
        }
        if (count < 0) {
            throw tooShort(position);
        }
        return 0;
    }

    /** On the loop: so many bytes were sent, or lost with where they went. */
    void sent(int count) {
        position += count;
        isOver = position == end;
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

    /** Whether {@code error}, of a region, is one of the file, and not of where it was sent. */
    static boolean isOfTheFile(IOException error) {
        String code = SystemError.codeOf(error);
        return code.equals("ENODATA") || code.equals("EIO");
    }

    /** The error of a region as reading would have told it. */
    IOException failed(IOException error) {
        return SystemError.codeOf(error).equals("ENODATA")
                ? tooShort(position)
                : told(error, "read");
    }

    private OpenFile file() {
        if (file == null) {
            throw new IllegalStateException("the file is not open");
        }
        return file;
    }
}
