package dev.millrace.web;

/**
 * How much a body may become when its content coding is taken away: a few kilobytes can stand for
 * gigabytes.
 *
 * {@snippet class="dev.millrace.web.DecodedBodyTest" region="limits"}
 *
 * @param maxBytes of the decoded body
 * @param maxRatio how many times as long as what was received it may be, from 64 KiB on
 * @param maxCodings how many codings a body may be in, one inside the other
 */
public record DecodingLimits(long maxBytes, int maxRatio, int maxCodings) {
    /** 16 MiB, a hundredfold, two codings. */
    public static final DecodingLimits DEFAULTS = new DecodingLimits(16 << 20, 100, 2);

    /**
     * @throws IllegalArgumentException if the bytes are negative or another number is less than 1
     */
    public DecodingLimits {
        if (maxBytes < 0 || maxRatio < 1 || maxCodings < 1) {
            throw new IllegalArgumentException(
                    "limits are 0 bytes or more, a ratio and codings of 1 or more: "
                            + maxBytes
                            + ", "
                            + maxRatio
                            + ", "
                            + maxCodings);
        }
    }

    /** With another length. */
    public DecodingLimits withMaxBytes(long count) {
        return new DecodingLimits(count, maxRatio, maxCodings);
    }

    /** With another ratio. */
    public DecodingLimits withMaxRatio(int times) {
        return new DecodingLimits(maxBytes, times, maxCodings);
    }

    /** With another number of codings. */
    public DecodingLimits withMaxCodings(int count) {
        return new DecodingLimits(maxBytes, maxRatio, count);
    }
}
