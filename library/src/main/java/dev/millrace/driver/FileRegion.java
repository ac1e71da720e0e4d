package dev.millrace.driver;

import dev.millrace.stream.Region;
import dev.millrace.sys.Errno;
import dev.millrace.sys.ReadableFile;

/**
 * A part of an open file that a driver can send by itself ({@link Capability#SEND_FILES}).
 *
 * <p>What goes wrong with the file is kept here, and not taken for an error of the stream: what
 * waits behind it still goes out.
 */
public final class FileRegion implements Region {
    private final ReadableFile file;
    private final long position;
    private final int length;
    private int failure;

    /** {@code length} bytes from {@code position} on. */
    public FileRegion(ReadableFile file, long position, int length) {
        if (position < 0 || length < 1) {
            throw new IllegalArgumentException(
                    "a region has a place and bytes, not " + length + " at " + position);
        }
        this.file = file;
        this.position = position;
        this.length = length;
    }

    @Override
    public int length() {
        return length;
    }

    /** The file. */
    public ReadableFile file() {
        return file;
    }

    /** The place in the file of its first byte. */
    public long position() {
        return position;
    }

    /** Why not all of it could be had from the file, an errno; 0 while nothing is known of that. */
    public int failure() {
        return failure;
    }

    /**
     * Whether {@code errno} is an error of the file, as sendfile(2) tells them, which is remembered
     * then: the rest of the region can't be had.
     */
    public boolean failsWith(int errno) {
        boolean isOurs = errno == Errno.ENODATA || errno == Errno.EIO;
        if (isOurs) {
            failure = errno;
        }
        return isOurs;
    }

    @Override
    public String toString() {
        return "FileRegion[" + length + " B at " + position + "]";
    }
}
