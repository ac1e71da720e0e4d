package dev.millrace.web;

import java.util.Set;

/**
 * What {@link Compression} compresses.
 *
 * {@snippet class="dev.millrace.web.CompressionTest" region="options"}
 *
 * @param minBytes bodies that are known to be shorter are left as they are
 * @param level 1 (fast) to 9 (small)
 * @param atOnceMax responses that are compressed at a time, of one handler; what comes beside them
 *     is sent as it is. Each holds 256 KiB
 * @param moreTypes media types, without parameters, beside those that are known to shrink: text,
 *     JSON, XML, JavaScript, SVG, WebAssembly, fonts that are not compressed themselves
 */
public record CompressionOptions(int minBytes, int level, int atOnceMax, Set<String> moreTypes) {
    /** From 1 KiB on, level 6, 256 at a time. */
    public static final CompressionOptions DEFAULTS =
            new CompressionOptions(1024, 6, 256, Set.of());

    /**
     * @throws IllegalArgumentException if a number is out of its range
     */
    public CompressionOptions {
        if (minBytes < 0) {
            throw new IllegalArgumentException("minBytes is 0 or more, not " + minBytes);
        }
        if (level < 1 || level > 9) {
            throw new IllegalArgumentException("level is 1 to 9, not " + level);
        }
        if (atOnceMax < 0) {
            throw new IllegalArgumentException("atOnceMax is 0 or more, not " + atOnceMax);
        }
        moreTypes = Set.copyOf(moreTypes);
    }

    /** With another least length. */
    public CompressionOptions withMinBytes(int count) {
        return new CompressionOptions(count, level, atOnceMax, moreTypes);
    }

    /** With another level. */
    public CompressionOptions withLevel(int number) {
        return new CompressionOptions(minBytes, number, atOnceMax, moreTypes);
    }

    /** With another number of responses at a time. */
    public CompressionOptions withAtOnceMax(int count) {
        return new CompressionOptions(minBytes, level, count, moreTypes);
    }

    /** With other types beside those that are known. */
    public CompressionOptions withMoreTypes(Set<String> types) {
        return new CompressionOptions(minBytes, level, atOnceMax, types);
    }
}
