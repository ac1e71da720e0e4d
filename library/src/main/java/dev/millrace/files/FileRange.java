package dev.millrace.files;

/**
 * A part of a file.
 *
 * @param start its first byte, counted from 0
 * @param length how many bytes, or {@link #TO_END}
 */
public record FileRange(long start, long length) {
    /** As a length: whatever there is behind the start. */
    public static final long TO_END = -1;

    /** All of it. */
    public static final FileRange ALL = new FileRange(0, TO_END);

    /**
     * @throws IllegalArgumentException if a number is negative, or their sum no file's
     */
    public FileRange {
        boolean isLength = length >= 0 || length == TO_END;
        if (start < 0 || !isLength || start > Long.MAX_VALUE - Math.max(length, 0)) {
            throw new IllegalArgumentException(
                    "a range has a start and a length of 0 or more: " + start + ", " + length);
        }
    }

    /** Everything from {@code start} on. */
    public static FileRange from(long start) {
        return new FileRange(start, TO_END);
    }

    boolean isToEnd() {
        return length == TO_END;
    }

    /** The first byte behind it, of a file with so many bytes. */
    long end(long size) {
        return isToEnd() ? size : start + length;
    }
}
