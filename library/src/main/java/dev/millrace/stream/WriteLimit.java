package dev.millrace.stream;

import java.util.Objects;

/**
 * How much a stream queues for a peer that does not take it, and what becomes of the write that
 * would go beyond. It stands behind the high-water mark, for writers that ignore it.
 *
 * <p>What the kernel takes at once does not count, and neither does the largest of the writes that
 * wait: its bytes are in memory anyway, and a large answer in one array is no runaway. So a stream
 * holds at most this and one write more.
 *
 * {@snippet class="dev.millrace.net.NetServerExamplesTest" region="writeLimit"}
 *
 * @param maxQueuedBytes what may wait beside the largest write
 * @param policy what becomes of a write beyond
 */
public record WriteLimit(long maxQueuedBytes, Policy policy) {
    /** 64 MiB, then the stream is closed. */
    public static final WriteLimit DEFAULTS = new WriteLimit(64L << 20, Policy.CLOSE);

    /** What becomes of a write beyond the limit. */
    public enum Policy {
        /**
         * None of its bytes are taken; {@code write} answers false, and its request or callback
         * gets ENOBUFS, soon, and so before the writes that wait. A write without either would
         * leave a gap that its writer does not know of: it closes the stream, as with {@link
         * #CLOSE}.
         */
        REFUSE,
        /** The stream fails with ENOBUFS, and everything that waited with it. */
        CLOSE
    }

    /** Checks them. */
    public WriteLimit {
        if (maxQueuedBytes < 0) {
            throw new IllegalArgumentException("a limit is not negative: " + maxQueuedBytes);
        }
        Objects.requireNonNull(policy, "policy");
    }

    /** This limit with so many bytes. */
    public WriteLimit withMaxQueuedBytes(long maxQueuedBytes) {
        return new WriteLimit(maxQueuedBytes, policy);
    }

    /** This limit with another policy. */
    public WriteLimit withPolicy(Policy policy) {
        return new WriteLimit(maxQueuedBytes, policy);
    }

    /**
     * Whether {@code more} bytes are too much where {@code waiting} wait already, the largest write
     * of them {@code largest}.
     */
    public boolean isExceededBy(long more, long waiting, long largest) {
        return waiting + more - Math.max(largest, more) > maxQueuedBytes;
    }
}
