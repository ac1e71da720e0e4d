package dev.millrace.files;

import java.time.Duration;
import java.util.Arrays;

/**
 * Which parts of a file the kernel had in its memory a moment ago, so that a file that is sent
 * again and again is not asked about each time: what was sent lately is the last to be dropped.
 *
 * <p>Any threads at once: what one of them does not see is asked about once more.
 */
final class CachedParts {
    private static final long TRUSTED_NANOS = Duration.ofMillis(100).toNanos();
    private static final int PART_BYTES = 1024 * 1024;

    /** Of a longer file its first parts are known, and the others are asked about. */
    private static final int PARTS_MAX = 4096;

    /** When each part was seen. */
    private final long[] seen;

    private final long fileLength;

    CachedParts(long fileLength) {
        this.fileLength = fileLength;
        long count = (fileLength + PART_BYTES - 1) / PART_BYTES;
        this.seen = new long[(int) Math.min(count, PARTS_MAX)];
        Arrays.fill(seen, System.nanoTime() - TRUSTED_NANOS);
    }

    /** Whether these bytes are a part that was seen a moment ago. */
    boolean isKnown(long position, long length, long now) {
        int part = part(position, length);
        return part >= 0 && now - seen[part] < TRUSTED_NANOS;
    }

    void saw(long position, long length, long now) {
        int part = part(position, length);
        if (part >= 0) {
            seen[part] = now;
        }
    }

    /** Negative for what is no part. */
    private int part(long position, long length) {
        long part = position / PART_BYTES;
        boolean isWhole =
                position % PART_BYTES == 0 && length == Math.min(PART_BYTES, fileLength - position);
        return isWhole && part < seen.length ? (int) part : -1;
    }
}
